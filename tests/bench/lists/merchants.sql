-- One large merchant with four connections and 300 sites, and twenty small ones beside it. Its
-- connection 3 has few orders and its connection 4 none; its sites are as unequal as sites are.
INSERT INTO organizations (name) SELECT 'Merchant ' || n FROM generate_series(1, 21) AS n;

INSERT INTO users (organization_id, email, name)
SELECT id, 'person@' || id || '.example', 'Person' FROM organizations;

INSERT INTO connections
    (organization_id, platform, name, key, settings, secrets, status, status_at, last_success_at)
SELECT o.id, 'toast', 'till ' || n, 'key-' || o.id || '-' || n, '{}', '\x00', 'connected', now(),
    now()
FROM organizations o CROSS JOIN generate_series(1, 4) AS n
WHERE o.name = 'Merchant 1' OR n = 1 ORDER BY o.id, n;

INSERT INTO locations (organization_id, connection_id, external_id, name, time_zone, currency,
    closeout_hour, archived)
SELECT c.organization_id, c.id, 'site-' || n, 'Site ' || n,
    (ARRAY['America/New_York', 'America/Chicago', 'America/Los_Angeles'])[1 + n % 3], 'USD', 4,
    false
FROM connections c
    JOIN organizations o ON o.id = c.organization_id
    CROSS JOIN LATERAL generate_series(1, CASE
        WHEN o.name <> 'Merchant 1' THEN 3
        WHEN c.name = 'till 1' THEN 240 WHEN c.name = 'till 2' THEN 40 ELSE 10 END) AS n
ORDER BY c.id, n;

INSERT INTO cursors (organization_id, connection_id, stream, location_external_id, watermark,
    next_due_at)
SELECT organization_id, connection_id, 'orders', external_id, now(), now() + interval '1 minute'
FROM locations;

INSERT INTO invoice_series (organization_id, name) SELECT id, 'INV' FROM organizations;

INSERT INTO job_slots (job, scheduled_for) VALUES ('sync.due', now());
