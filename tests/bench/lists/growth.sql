-- Orders number :first to :last with what hangs on them, as another import of five years brings
-- them: ids and business dates have little to do with each other. The newest 200 owe an invoice.
-- Bodies of platforms are left out: no list reads them, and ten million would fill the disk.
CREATE TEMP TABLE places ON COMMIT DROP AS
SELECT l.id, l.connection_id, l.organization_id, c.name AS connection, o.name AS owner,
    row_number() OVER (PARTITION BY l.connection_id ORDER BY l.id) - 1 AS number
FROM locations l JOIN connections c ON c.id = l.connection_id
    JOIN organizations o ON o.id = l.organization_id;
CREATE INDEX ON places (owner, connection, number);
ANALYZE places;

-- Each guest is a person; one in ten is another one's second identity.
INSERT INTO persons (id, organization_id, merged_into_id, merged_at) OVERRIDING SYSTEM VALUE
SELECT n, p.organization_id, CASE WHEN n % 10 = 1 AND n > 1 THEN n - 1 END,
    CASE WHEN n % 10 = 1 AND n > 1 THEN now() END
FROM generate_series(:first::bigint / 10 + 1, :last / 10) AS n
    JOIN places p ON p.number = 0 AND p.owner = 'Merchant 1' AND p.connection = 'till 1';

INSERT INTO customers (id, organization_id, connection_id, external_id, version, first_name,
    last_name, email, email_key, name_key, surname_key, person_id, own_person_id, matched)
    OVERRIDING SYSTEM VALUE
SELECT n, p.organization_id, p.connection_id, 'guest-' || n, now(), 'Guest', 'Number ' || n,
    'guest' || n || '@example.com', 'guest' || n || '@example.com', 'guest number ' || n,
    'number ' || n || ' guest', CASE WHEN n % 10 = 1 AND n > 1 THEN n - 1 ELSE n END, n, true
FROM generate_series(:first::bigint / 10 + 1, :last / 10) AS n
    JOIN places p ON p.number = 0 AND p.owner = 'Merchant 1'
        AND p.connection = CASE WHEN n % 500 = 0 THEN 'till 3' WHEN n % 10 = 0 THEN 'till 2'
            ELSE 'till 1' END;

INSERT INTO orders (id, organization_id, connection_id, location_id, customer_id, external_id,
    version, fingerprint, partial, display_number, source, approval, state, voided, deleted,
    business_date, opened_at, paid_at, closed_at, currency, net, discounts, charges, gratuities,
    tax, total, tips, paid, refunded, invoice_state, invoice_reason, vendor, correlation_id,
    first_seen_at, applied_at) OVERRIDING SYSTEM VALUE
SELECT f.n, p.organization_id, p.connection_id, p.id,
    CASE WHEN f.n % 10 = 0 THEN f.n / 10 END,
    md5(f.n::text), f.at, '', false, (f.n % 1000)::text, 'In Store', 'APPROVED',
    CASE WHEN f.invoice_state = 'not due' THEN 'open' ELSE 'closed' END,
    f.invoice_state = 'not needed', false,
    (f.at - interval '9 hours')::date, f.at, f.at, f.at, 'USD', f.net, 0, 0, 0,
    round(f.net * 0.08, 2), f.net + round(f.net * 0.08, 2), 0,
    f.net + round(f.net * 0.08, 2), 0, f.invoice_state, NULL, '{}', '', f.at, f.at
FROM (
    SELECT n, 5 + (n * 7919 % 9500) / 100.0 AS net,
        now() - interval '5 years' * ((:last - n)::float8 / (:last - :first + 1)) AS at,
        CASE WHEN n % 40 = 7 THEN 'Merchant ' || 2 + n / 40 % 20 ELSE 'Merchant 1' END AS owner,
        CASE WHEN n % 40 = 7 OR n % 10 > 0 THEN 'till 1' WHEN n % 1000 = 0 THEN 'till 3'
            ELSE 'till 2' END AS connection,
        CASE WHEN n > :last - 200 THEN 'due' WHEN n > :last - 400 THEN 'not due'
            WHEN n % 1999 = 5 AND n < 60000 THEN 'parked' WHEN n % 2500 = 9 THEN 'changed after issue'
            WHEN n % 25 = 3 THEN 'not needed' ELSE 'issued' END AS invoice_state,
        power((n * 2654435761 % 1000003) / 1000003.0, 2) AS drawn
    FROM generate_series(:first::bigint, :last) AS n
) f JOIN places p ON p.owner = f.owner AND p.connection = f.connection
    AND p.number = floor(f.drawn * CASE f.connection WHEN 'till 2' THEN 39 WHEN 'till 3' THEN 9
        ELSE CASE f.owner WHEN 'Merchant 1' THEN 239 ELSE 3 END END)::bigint
ORDER BY f.n;

INSERT INTO invoices (organization_id, connection_id, location_id, customer_id, order_id, series_id,
    sequence, number, status, seller, location, time_zone, order_display_number, business_date,
    issued_at, currency, net, tax, gratuities, total, correlation_id)
SELECT o.organization_id, o.connection_id, o.location_id, o.customer_id, o.id, s.id,
    s.next_number - 1 + o.nth,
    'INV-' || lpad(d.digits, greatest(6, length(d.digits)), '0'), 'issued',
    'Merchant', 'Site', 'America/New_York', o.display_number, o.business_date, o.applied_at, 'USD',
    o.net, o.tax, 0, o.total, ''
FROM (
    SELECT *, row_number() OVER (PARTITION BY organization_id ORDER BY id) AS nth
    FROM orders WHERE id BETWEEN :first AND :last
        AND invoice_state IN ('issued', 'changed after issue')
) o JOIN invoice_series s ON s.organization_id = o.organization_id
    CROSS JOIN LATERAL (SELECT (s.next_number - 1 + o.nth)::text AS digits) d ORDER BY o.id;

UPDATE invoice_series s SET next_number = 1 + (
    SELECT max(sequence) FROM invoices i WHERE i.series_id = s.id)
WHERE EXISTS (SELECT 1 FROM invoices i WHERE i.series_id = s.id);

-- What applied deliveries are kept for is a month, not for ever: half a million at most.
INSERT INTO inbox_events (organization_id, connection_id, delivery_id, event_type, headers, body,
    correlation_id, received_at, state, handled_at, record_external_id, error_code, error, next_step)
SELECT o.organization_id, o.connection_id, 'delivery-' || o.id, 'order_updated', '{}', '{}', '',
    now() - interval '30 days' * ((:last - o.id) / 500000.0), x.state,
    CASE x.state WHEN 'done' THEN now() END, o.external_id,
    CASE x.state WHEN 'parked' THEN 'toast.unreadable' END,
    CASE x.state WHEN 'parked' THEN 'It has no checks.' END,
    CASE x.state WHEN 'parked' THEN 'Report it.' END
FROM orders o CROSS JOIN LATERAL (
    SELECT CASE WHEN o.id > :last - 30 THEN 'pending' WHEN o.id % 2000 = 11 AND o.id < 80000
        THEN 'parked' ELSE 'done' END AS state) x
WHERE o.id BETWEEN greatest(:first, :last - 499999) AND :last ORDER BY o.id;

INSERT INTO sync_runs (organization_id, connection_id, stream, location_external_id, kind, status,
    started_at, finished_at, error_code, error, next_step, correlation_id, rows_read)
SELECT p.organization_id, p.connection_id, 'orders', 'site-' || p.number + 1, 'delta',
    CASE WHEN n % 5000 = 17 THEN 'failed' ELSE 'done' END,
    now() - interval '30 days' * ((:last - n) / 500000.0),
    now() - interval '30 days' * ((:last - n) / 500000.0),
    CASE WHEN n % 5000 = 17 THEN 'toast.refused' END, NULL, NULL, '', 12
FROM generate_series(greatest(:first, :last - 499999), :last) AS n
    JOIN places p ON p.owner = 'Merchant 1' AND p.connection = 'till 1' AND p.number = n % 240
ORDER BY n;

INSERT INTO parked_records (organization_id, connection_id, stream, location_external_id,
    external_id, body, error_code, error, next_step)
SELECT p.organization_id, p.connection_id, 'orders', 'site-1', 'odd-' || n, '{}',
    'toast.unreadable', 'It has no checks.', 'Report it.'
FROM generate_series(:first, least(:last, :first + 80)) AS n
    JOIN places p ON p.owner = 'Merchant 1' AND p.connection = 'till 1' AND p.number = 0;

-- What an order and an invoice are made of, for the newest ten thousand.
INSERT INTO order_lines (organization_id, order_id, check_external_id, position, external_id, name,
    kind, quantity, unit_price, gross, amount, tax, voided, deferred)
SELECT o.organization_id, o.id, 'c', n, 'l' || n, 'Item ' || n, 'item', 1, 10, 10, 10, 0.8, false,
    false
FROM orders o CROSS JOIN generate_series(1, 4) AS n
WHERE o.id BETWEEN greatest(:first, :last - 9999) AND :last;

INSERT INTO payments (organization_id, order_id, check_external_id, position, external_id, tender,
    amount, tip, counts)
SELECT organization_id, id, 'c', 1, 'p1', 'CREDIT', total, 0, true FROM orders
WHERE id BETWEEN greatest(:first, :last - 9999) AND :last;

INSERT INTO invoice_lines (organization_id, invoice_id, position, kind, name, quantity, unit_price,
    gross, discount, net, tax, details)
SELECT i.organization_id, i.id, n, 'item', 'Item ' || n, 1, 10, 10, 0, 10, 0.8, '{}'
FROM invoices i CROSS JOIN generate_series(1, 4) AS n
WHERE i.order_id BETWEEN greatest(:first, :last - 9999) AND :last;

SELECT setval(pg_get_serial_sequence('orders', 'id'), :last),
    setval(pg_get_serial_sequence('persons', 'id'), greatest(:last / 10, 1)),
    setval(pg_get_serial_sequence('customers', 'id'), greatest(:last / 10, 1));
