-- By what the subscriber acted when it was ordered, and with which scopes (NULL: all that the account may): nothing is told any
-- more once that is at its end. Those ordered before stand on their account alone, as they did.
ALTER TABLE subscriptions_subscription ADD COLUMN warrant text NOT NULL DEFAULT '', ADD COLUMN scopes text[];

-- The notice tells that the resource was deleted.
ALTER TABLE subscriptions_delivery ADD COLUMN deleted boolean NOT NULL DEFAULT false;
