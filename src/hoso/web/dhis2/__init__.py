"""The aggregate part of DHIS2's Web API over our statistics, in the manner of release 2.42: `/dhis2/api/…`.

Existing clients work unchanged: Basic, `ApiToken d2pat_…`, bearer tokens, or (reading only) a signed-in session. What
DHIS2 hides is told: true imported and updated counts, every conflict by row. Ids are our own; foreign ones are aliases.
"""
