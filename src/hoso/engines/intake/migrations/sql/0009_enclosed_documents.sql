-- A CDA document that came among the files of a ZIP is a package of its own, which knows the ZIP and its place there.
ALTER TABLE intake_package
    ADD COLUMN part_of bigint REFERENCES intake_package,
    ADD COLUMN part    integer,
    ADD CONSTRAINT package_part_is_whole CHECK ((part_of IS NULL) = (part IS NULL)),
    ADD CONSTRAINT package_part_once UNIQUE (part_of, part);
