"""Children registered before they leave the place of birth: at the desk, beside the birth paper (XML9) of the mother's visit."""
