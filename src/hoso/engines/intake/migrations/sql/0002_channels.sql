-- Two more ways in: the gateway of the insurer's shape, and a watched folder.
ALTER TABLE intake_package DROP CONSTRAINT intake_package_channel_check;
ALTER TABLE intake_package ADD CONSTRAINT intake_package_channel_check
    CHECK (channel IN ('command', 'upload', 'api', 'gateway', 'folder'));
