"""What people say of figures: comments on a question, notes on dates. Read by those alone who may ask for all its places."""
