-- Whether the person was in care at a facility whose records the actor approves access to; an approver sees no person.
CREATE FUNCTION access_was_in_care_here(person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT access_may('grant.open') AND EXISTS (
        SELECT 1 FROM access_care_relation c WHERE c.person_id = person AND c.facility_id = ANY (access_scope_facilities()))
$$;
