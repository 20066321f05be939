package org.edgeways.control;

import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.edgeways.joining.EnrolmentSecret;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What control keeps, in the database. */
final class ControlTables {

    private static final int HEXADECIMAL = 16;

    /** Certificates stay on the record this long after their end. */
    private static final long FORGET_AFTER_MILLIS = 30L * 24 * 3600 * 1000;

    private ControlTables() {}

    static void insertEnrolment(Handle handle, Enrolment enrolment, Instant now) {
        handle.createUpdate("INSERT INTO enrolments (id, node, proof_key, made_at, expires_at)"
                        + " VALUES (:id, :node, :key, :now, :expires)")
                .bind("id", enrolment.id())
                .bind("node", enrolment.node())
                .bind("key", HexFormat.of().formatHex(enrolment.proofKey().getEncoded()))
                .bind("now", now.toEpochMilli())
                .bind("expires", enrolment.expires().toEpochMilli())
                .execute();
    }

    static Optional<Enrolment> enrolment(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM enrolments WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> enrolment(row))
                .findOne();
    }

    /** Those that somebody may still come with, or come too late with, at {@code now}. */
    static List<Enrolment> enrolmentsSince(Handle handle, Instant expiredAfter) {
        return handle.createQuery("SELECT * FROM enrolments WHERE expires_at > :after ORDER BY made_at, id")
                .bind("after", expiredAfter.toEpochMilli())
                .map((row, context) -> enrolment(row))
                .list();
    }

    /** A certificate, which is on the record, was issued with a bundle for that key. */
    static void use(Handle handle, String id, String key, BigInteger serial, Instant now) {
        handle.createUpdate("UPDATE enrolments SET used_at = :now, used_key = :key WHERE id = :id")
                .bind("id", id)
                .bind("key", key)
                .bind("now", now.toEpochMilli())
                .execute();
        handle.createUpdate("UPDATE certificates SET enrolment = :id WHERE serial = :serial")
                .bind("id", id)
                .bind("serial", serial.toString(HEXADECIMAL))
                .execute();
    }

    static void markJoined(Handle handle, String id, Instant now) {
        handle.createUpdate("UPDATE enrolments SET joined_at = :now WHERE id = :id")
                .bind("id", id)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    /**
     * The certificates that were issued with bundles whose nodes have not said that they have them, and which bundles. All of a bundle: who
     * is cut off comes again with the same key and gets another one, and may have kept the first. Also those that
     * were withdrawn since, for another: a node has the certificate all the same, unless it is refused.
     */
    static Map<BigInteger, String> awaited(Handle handle) {
        return handle.createQuery("SELECT certificates.serial, enrolments.id FROM enrolments"
                        + " JOIN certificates ON certificates.enrolment = enrolments.id"
                        + " WHERE enrolments.joined_at IS NULL AND certificates.refused_at IS NULL")
                .map((row, context) ->
                        Map.entry(new BigInteger(row.getString("serial"), HEXADECIMAL), row.getString("id")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** Withdraws all of a node that have not let it in; how many that were. */
    static int withdraw(Handle handle, String node, Instant now) {
        return handle.createUpdate("UPDATE enrolments SET withdrawn_at = :now"
                        + " WHERE node = :node AND joined_at IS NULL AND withdrawn_at IS NULL AND expires_at > :now")
                .bind("node", node)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    private static Enrolment enrolment(ResultSet row) throws SQLException {
        String key = row.getString("used_key");
        return new Enrolment(
                row.getString("id"),
                row.getString("node"),
                EnrolmentSecret.publicKey(HexFormat.of().parseHex(row.getString("proof_key")))
                        .orElseThrow(() -> new SQLException("a proof key is damaged")),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                instant(row, "used_at") != null,
                key == null ? "" : key,
                instant(row, "joined_at") != null,
                instant(row, "withdrawn_at") != null);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    static Map<String, Instant> nodes(Handle handle) {
        return handle.createQuery("SELECT name, joined_at FROM nodes ORDER BY name")
                .map((row, context) -> Map.entry(row.getString("name"), Instant.ofEpochMilli(row.getLong("joined_at"))))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    static void putNode(Handle handle, String name, Instant now) {
        deleteNode(handle, name);
        handle.createUpdate("INSERT INTO nodes (name, joined_at) VALUES (:name, :now)")
                .bind("name", name)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    /** The nodes that take nothing new. */
    static Set<String> draining(Handle handle) {
        return handle.createQuery("SELECT name FROM nodes WHERE draining_since IS NOT NULL")
                .mapTo(String.class)
                .collectIntoSet();
    }

    /** True if there is such a node. */
    static boolean drain(Handle handle, String name, @Nullable Instant since) {
        return handle.createUpdate("UPDATE nodes SET draining_since = :since WHERE name = :name")
                        .bind("name", name)
                        .bind("since", since == null ? null : since.toEpochMilli())
                        .execute()
                > 0;
    }

    static boolean deleteNode(Handle handle, String name) {
        return handle.createUpdate("DELETE FROM nodes WHERE name = :name")
                        .bind("name", name)
                        .execute()
                > 0;
    }

    static void insertCertificate(Handle handle, IssuedCertificate certificate) {
        handle.createUpdate("INSERT INTO certificates (serial, kind, name, issued_at, expires_at)"
                        + " VALUES (:serial, :kind, :name, :issued, :expires)")
                .bind("serial", certificate.serial().toString(HEXADECIMAL))
                .bind("kind", certificate.kind().word())
                .bind("name", certificate.name())
                .bind("issued", certificate.issued().toEpochMilli())
                .bind("expires", certificate.expires().toEpochMilli())
                .execute();
    }

    /** All that have not expired, and some that have. */
    static List<IssuedCertificate> certificates(Handle handle) {
        return handle.createQuery("SELECT * FROM certificates ORDER BY issued_at, serial")
                .map((row, context) -> new IssuedCertificate(
                        new BigInteger(row.getString("serial"), HEXADECIMAL),
                        IssuedCertificate.Kind.of(row.getString("kind")),
                        row.getString("name"),
                        Instant.ofEpochMilli(row.getLong("issued_at")),
                        Instant.ofEpochMilli(row.getLong("expires_at")),
                        instant(row, "refused_at")))
                .list();
    }

    /**
     * Refuses all certificates of a node; how many that were.
     *
     * @param kept those that were issued with this bundle stay; empty for none
     */
    static int refuse(Handle handle, String node, String kept, Instant now) {
        return handle.createUpdate("UPDATE certificates SET refused_at = :now"
                        + " WHERE kind = :kind AND name = :name AND refused_at IS NULL"
                        + " AND (enrolment IS NULL OR enrolment <> :kept) AND expires_at > :now")
                .bind("kind", IssuedCertificate.Kind.NODE.word())
                .bind("name", node)
                .bind("kept", kept)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    /** When a certificate of a node was refused the last time; 1970 if none on the record was. */
    static Instant lastRefusalOfANode(Handle handle) {
        return Instant.ofEpochMilli(
                handle.createQuery("SELECT COALESCE(MAX(refused_at), 0) FROM certificates WHERE kind = :kind")
                        .bind("kind", IssuedCertificate.Kind.NODE.word())
                        .mapTo(Long.class)
                        .one());
    }

    /** Those of this inside itself are of its kind, all others of that kind are connectors': earlier versions told them apart by their names. */
    static void tellConnectorsApart(Handle handle, String own) {
        handle.createUpdate("UPDATE certificates SET kind = :connector WHERE kind = :service AND name <> :own")
                .bind("connector", IssuedCertificate.Kind.CONNECTOR.word())
                .bind("service", IssuedCertificate.Kind.SERVICE.word())
                .bind("own", own)
                .execute();
    }

    /** Refuses one certificate. */
    static void refuse(Handle handle, BigInteger serial, Instant now) {
        handle.createUpdate("UPDATE certificates SET refused_at = :now WHERE serial = :serial AND refused_at IS NULL")
                .bind("now", now.toEpochMilli())
                .bind("serial", serial.toString(HEXADECIMAL))
                .execute();
    }

    static void forgetExpired(Handle handle, Instant now) {
        long before = now.toEpochMilli() - FORGET_AFTER_MILLIS;
        handle.createUpdate("DELETE FROM certificates WHERE expires_at < :before")
                .bind("before", before)
                .execute();
        handle.createUpdate("DELETE FROM enrolments WHERE expires_at < :before")
                .bind("before", before)
                .execute();
        // those that an earlier version has left
        handle.createUpdate("DELETE FROM revisions WHERE revision <"
                        + " (SELECT MAX(newer.revision) FROM revisions newer WHERE newer.node = revisions.node)")
                .execute();
    }

    /**
     * The number of that content for that node: the one that it has if the content is the last one's, else the next. Of a node the
     * newest two stay.
     *
     * @param content SHA-256, hexadecimal
     * @param settings of what of the content is settings
     */
    static Revision revision(Handle handle, String node, String content, String settings, Instant now) {
        Optional<LastRevision> last = last(handle, node);
        if (last.isPresent() && last.get().content().equals(content)) {
            return new Revision(last.get().revision(), false);
        }
        long next = newest(handle) + 1;
        insertRevision(handle, next, node, content, settings, now);
        last.ifPresent(before -> handle.createUpdate("DELETE FROM revisions WHERE node = :node AND revision < :before")
                .bind("node", node)
                .bind("before", before.revision())
                .execute());
        return new Revision(next, last.isEmpty() || !last.get().settings().equals(settings));
    }

    /**
     * A number of settings.
     *
     * @param news whether a node gets other settings with it, not only other relay credentials to check
     */
    record Revision(long revision, boolean news) {}

    private record LastRevision(long revision, String content, String settings) {}

    private static Optional<LastRevision> last(Handle handle, String node) {
        return handle.createQuery("SELECT revision, content, settings FROM revisions WHERE node = :node"
                        + " ORDER BY revision DESC LIMIT 1")
                .bind("node", node)
                .map((row, context) ->
                        new LastRevision(row.getLong("revision"), row.getString("content"), row.getString("settings")))
                .findOne();
    }

    /** The newest number of all nodes; 0 for none. */
    private static long newest(Handle handle) {
        return handle.createQuery("SELECT COALESCE(MAX(revision), 0) FROM revisions")
                .mapTo(Long.class)
                .one();
    }

    private static void insertRevision(
            Handle handle, long revision, String node, String content, String settings, Instant now) {
        handle.createUpdate("INSERT INTO revisions (revision, node, content, settings, made_at)"
                        + " VALUES (:revision, :node, :content, :settings, :now)")
                .bind("revision", revision)
                .bind("node", node)
                .bind("content", content)
                .bind("settings", settings)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    /**
     * The next number is above that one, and what the node has now gets another.
     *
     * @param most how far above the newest it may be
     * @return false if it is farther above
     */
    static boolean skipTo(Handle handle, String node, long held, long most, Instant now) {
        long newest = newest(handle);
        if (held > newest + most) {
            return false;
        }
        handle.createUpdate("UPDATE revisions SET content = '' WHERE node = :node")
                .bind("node", node)
                .execute();
        if (held > newest) {
            String settings = last(handle, node).map(LastRevision::settings).orElse("");
            insertRevision(handle, held, node, "", settings, now);
        }
        return true;
    }

    /** Writes an event. */
    static AuditEvent audit(Handle handle, Instant now, AuditKind kind, String name, String detail) {
        long number = handle.createQuery("SELECT COALESCE(MAX(number), 0) + 1 FROM audit")
                .mapTo(Long.class)
                .one();
        AuditEvent event = new AuditEvent(number, now, kind.word(), name, detail);
        handle.createUpdate("INSERT INTO audit (number, at, event, name, detail)"
                        + " VALUES (:number, :at, :event, :name, :detail)")
                .bind("number", number)
                .bind("at", now.toEpochMilli())
                .bind("event", event.event())
                .bind("name", name)
                .bind("detail", detail)
                .execute();
        return event;
    }

    /** Forgets the events up to that number; how many that were. */
    static int forgetAudit(Handle handle, long oldest) {
        return handle.createUpdate("DELETE FROM audit WHERE number <= :oldest")
                .bind("oldest", oldest)
                .execute();
    }

    /** Events, the newest first. */
    static List<AuditEvent> audit(Handle handle, AuditQuestion asked) {
        return handle.createQuery("SELECT * FROM audit WHERE number < :before"
                        + " AND (:event = '' OR event = :event) AND (:name = '' OR name = :name)"
                        + " ORDER BY number DESC LIMIT :most")
                .bind("before", asked.before())
                .bind("event", asked.event())
                .bind("name", asked.name())
                .bind("most", asked.most())
                .map((row, context) -> new AuditEvent(
                        row.getLong("number"),
                        Instant.ofEpochMilli(row.getLong("at")),
                        row.getString("event"),
                        row.getString("name"),
                        row.getString("detail")))
                .list();
    }
}
