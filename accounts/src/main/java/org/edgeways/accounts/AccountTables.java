package org.edgeways.accounts;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgeways.policy.PersonRights;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.digest.StoredHash;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** People in the database. */
final class AccountTables {

    /** A person with the hashes of the live device passwords. */
    record Entry(Person person, List<DeviceHash> hashes) {}

    private record Row(Person withoutDevices, List<DevicePassword> devices, List<DeviceHash> hashes) {
        private Entry entry() {
            return new Entry(
                    new Person(
                            withoutDevices.name(),
                            withoutDevices.domain(),
                            withoutDevices.displayName(),
                            withoutDevices.rights(),
                            withoutDevices.enabled(),
                            devices),
                    List.copyOf(hashes));
        }
    }

    private record DeviceRow(String person, DevicePassword device, Map<DigestAlgorithm, String> hashes) {}

    private AccountTables() {}

    static List<Entry> all(Handle handle) {
        return entries(handle, "", null);
    }

    static Optional<Entry> find(Handle handle, String uri) {
        return entries(handle, uri, uri).stream().findFirst();
    }

    static long count(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM people")
                .mapTo(Long.class)
                .one();
    }

    static void insert(Handle handle, Person person) {
        handle.createUpdate("INSERT INTO people (uri, name, domain, display_name, remote_access, enabled)"
                        + " VALUES (:uri, :name, :domain, :displayName, :remoteAccess, :enabled)")
                .bind("uri", person.uri())
                .bind("name", person.name())
                .bind("domain", person.domain())
                .bind("displayName", person.displayName())
                .bind("remoteAccess", person.rights().remoteAccess() ? 1 : 0)
                .bind("enabled", person.enabled() ? 1 : 0)
                .execute();
    }

    static void update(Handle handle, Person person) {
        handle.createUpdate("UPDATE people SET display_name = :displayName, remote_access = :remoteAccess,"
                        + " enabled = :enabled WHERE uri = :uri")
                .bind("uri", person.uri())
                .bind("displayName", person.displayName())
                .bind("remoteAccess", person.rights().remoteAccess() ? 1 : 0)
                .bind("enabled", person.enabled() ? 1 : 0)
                .execute();
    }

    static void delete(Handle handle, String uri) {
        handle.createUpdate("DELETE FROM people WHERE uri = :uri")
                .bind("uri", uri)
                .execute();
    }

    static void insertDevice(Handle handle, String uri, DevicePassword device, Map<DigestAlgorithm, String> hashes) {
        handle.createUpdate("INSERT INTO device_passwords"
                        + " (id, person, label, created_at, ha1_md5, ha1_sha256, ha1_sha512_256)"
                        + " VALUES (:id, :person, :label, :created, :md5, :sha256, :sha512)")
                .bind("id", device.id())
                .bind("person", uri)
                .bind("label", device.label())
                .bind("created", device.created().toEpochMilli())
                .bind("md5", hashes.get(DigestAlgorithm.MD5))
                .bind("sha256", hashes.get(DigestAlgorithm.SHA_256))
                .bind("sha512", hashes.get(DigestAlgorithm.SHA_512_256))
                .execute();
    }

    /** Revokes a device password, forgets its hashes, and forgets the oldest of the revoked ones beyond {@code kept}. */
    static void revokeDevice(Handle handle, String uri, String id, Instant now, int kept) {
        handle.createUpdate("UPDATE device_passwords SET revoked_at = :now, ha1_md5 = NULL, ha1_sha256 = NULL,"
                        + " ha1_sha512_256 = NULL WHERE id = :id")
                .bind("now", now.toEpochMilli())
                .bind("id", id)
                .execute();
        handle.createUpdate("DELETE FROM device_passwords WHERE person = :person AND revoked_at IS NOT NULL"
                        + " AND id NOT IN (SELECT id FROM device_passwords WHERE person = :person"
                        + " AND revoked_at IS NOT NULL ORDER BY revoked_at DESC, created_at DESC, id LIMIT :kept)")
                .bind("person", uri)
                .bind("kept", kept)
                .execute();
    }

    private static List<Entry> entries(Handle handle, String uri, @Nullable String onlyUri) {
        Map<String, Row> rows = new HashMap<>();
        List<Row> order = new ArrayList<>();
        handle.createQuery("SELECT * FROM people" + (onlyUri == null ? "" : " WHERE uri = :uri") + " ORDER BY uri")
                .bindMap(onlyUri == null ? Map.of() : Map.of("uri", uri))
                .map((row, context) -> new Row(person(row), new ArrayList<>(), new ArrayList<>()))
                .forEach(row -> {
                    order.add(row);
                    rows.put(row.withoutDevices().uri(), row);
                });
        handle.createQuery("SELECT * FROM device_passwords" + (onlyUri == null ? "" : " WHERE person = :uri")
                        + " ORDER BY created_at, id")
                .bindMap(onlyUri == null ? Map.of() : Map.of("uri", uri))
                .map((row, context) -> device(row))
                .forEach(found -> {
                    Row row = rows.get(found.person());
                    if (row != null) {
                        row.devices().add(found.device());
                        if (found.device().live()) {
                            row.hashes().add(new DeviceHash(found.device(), new StoredHash(found.hashes())));
                        }
                    }
                });
        return order.stream().map(Row::entry).toList();
    }

    private static Person person(ResultSet row) throws SQLException {
        return new Person(
                row.getString("name"),
                row.getString("domain"),
                row.getString("display_name"),
                new PersonRights(row.getInt("remote_access") != 0),
                row.getInt("enabled") != 0,
                List.of());
    }

    private static DeviceRow device(ResultSet row) throws SQLException {
        long revoked = row.getLong("revoked_at");
        Instant revokedAt = row.wasNull() ? null : Instant.ofEpochMilli(revoked);
        Map<DigestAlgorithm, String> hashes = new EnumMap<>(DigestAlgorithm.class);
        put(hashes, DigestAlgorithm.MD5, row.getString("ha1_md5"));
        put(hashes, DigestAlgorithm.SHA_256, row.getString("ha1_sha256"));
        put(hashes, DigestAlgorithm.SHA_512_256, row.getString("ha1_sha512_256"));
        return new DeviceRow(
                row.getString("person"),
                new DevicePassword(
                        row.getString("id"),
                        row.getString("label"),
                        Instant.ofEpochMilli(row.getLong("created_at")),
                        revokedAt),
                hashes);
    }

    private static void put(Map<DigestAlgorithm, String> hashes, DigestAlgorithm algorithm, @Nullable String hash) {
        if (hash != null) {
            hashes.put(algorithm, hash);
        }
    }
}
