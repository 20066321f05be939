package org.edgeways.pool.presence.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.PresenceWrite;
import org.edgeways.pool.presence.engine.Publication;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.pool.presence.engine.SavedSubscription;
import org.edgeways.pool.presence.engine.WatcherDecision;
import org.edgeways.store.Schema;
import org.edgeways.store.Store;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * What presence keeps on disk: written through at each change, read once at the start.
 *
 * <p>Futures complete on threads of the store, where nobody may wait.
 */
public final class PresenceStore {

    /** The tables. */
    public static final Schema SCHEMA = new Schema("pool_presence", "org/edgeways/pool/presence/store/schema");

    private static final String SAVE_SUBSCRIPTION = "INSERT INTO subscriptions (id, event, event_id, list, watcher,"
            + " resource, call_id, local, remote, target, routes, party, device, credential, local_sequence, remote_sequence,"
            + " created_at, saved_at, expires_at) VALUES (:id, :event, :eventId, :list, :watcher, :resource, :callId,"
            + " :local, :remote, :target, :routes, :party, :device, :credential, :localSequence, :remoteSequence, :createdAt,"
            + " :savedAt, :expiresAt) ON CONFLICT (id) DO UPDATE SET target = excluded.target,"
            + " party = excluded.party, device = excluded.device, credential = excluded.credential, local_sequence = excluded.local_sequence,"
            + " remote_sequence = excluded.remote_sequence, saved_at = excluded.saved_at,"
            + " expires_at = excluded.expires_at";
    private static final String SAVE_PUBLICATION = "INSERT INTO publications (id, tag, person, device, party,"
            + " credential, body, changed_at, refreshed_at, expires_at) VALUES (:id, :tag, :person, :device, :party,"
            + " :credential, :body, :changedAt, :refreshedAt, :expiresAt) ON CONFLICT (id) DO UPDATE SET tag = excluded.tag,"
            + " device = excluded.device, party = excluded.party, credential = excluded.credential, body = excluded.body, changed_at = excluded.changed_at,"
            + " refreshed_at = excluded.refreshed_at, expires_at = excluded.expires_at";

    private final Store store;

    public PresenceStore(Store store) {
        this.store = store;
    }

    /**
     * All that is kept and has not ended.
     *
     * @param now nanoseconds since 1970
     */
    public CompletableFuture<SavedPresence> load(long now) {
        return store.read(handle -> new SavedPresence(
                handle.createQuery("SELECT * FROM subscriptions WHERE expires_at > :now ORDER BY created_at, id")
                        .bind("now", now)
                        .map(PresenceStore::subscription)
                        .list(),
                handle.createQuery("SELECT * FROM publications WHERE expires_at > :now ORDER BY refreshed_at, id")
                        .bind("now", now)
                        .map(PresenceStore::publication)
                        .list(),
                handle.createQuery("SELECT owner, address, name FROM contacts ORDER BY owner, address")
                        .map((row, context) -> new Contact(row.getString(1), row.getString(2), row.getString(3)))
                        .list(),
                handle.createQuery("SELECT * FROM watcher_decisions ORDER BY person, decided_at, watcher")
                        .map(PresenceStore::decision)
                        .list()));
    }

    /** Does one change; the future's value says nothing. */
    public CompletableFuture<Integer> write(PresenceWrite write) {
        return store.write(handle -> apply(handle, write));
    }

    /**
     * Forgets the subscriptions and publications that have ended.
     *
     * @param now nanoseconds since 1970
     * @return how many there were
     */
    public CompletableFuture<Integer> removeExpired(long now) {
        return store.write(handle -> {
            int subscriptions = delete(handle, "subscriptions WHERE expires_at <= ?", now);
            return subscriptions + delete(handle, "publications WHERE expires_at <= ?", now);
        });
    }

    private static int apply(Handle handle, PresenceWrite write) {
        return switch (write) {
            case PresenceWrite.SaveSubscription(SavedSubscription saved) -> save(handle, saved);
            case PresenceWrite.ForgetSubscription(String id) -> delete(handle, "subscriptions WHERE id = ?", id);
            case PresenceWrite.SavePublication(Publication publication) -> save(handle, publication);
            case PresenceWrite.ForgetPublication(String id) -> delete(handle, "publications WHERE id = ?", id);
            case PresenceWrite.SaveContact(Contact contact) ->
                handle.createUpdate("INSERT INTO contacts (owner, address, name) VALUES (:owner, :address, :name)"
                                + " ON CONFLICT (owner, address) DO UPDATE SET name = excluded.name")
                        .bind("owner", contact.owner())
                        .bind("address", contact.address())
                        .bind("name", contact.name())
                        .execute();
            case PresenceWrite.ForgetContact(String owner, String address) ->
                delete(handle, "contacts WHERE owner = ? AND address = ?", owner, address);
            case PresenceWrite.SaveDecision(WatcherDecision decision) ->
                handle.createUpdate("INSERT INTO watcher_decisions (person, watcher, decision, decided_at)"
                                + " VALUES (:person, :watcher, :decision, :decidedAt)"
                                + " ON CONFLICT (person, watcher) DO UPDATE SET decision = excluded.decision,"
                                + " decided_at = excluded.decided_at")
                        .bind("person", decision.person())
                        .bind("watcher", decision.watcher())
                        .bind("decision", decision.decision().word())
                        .bind("decidedAt", decision.decidedAt())
                        .execute();
            case PresenceWrite.ForgetDecision(String person, String watcher) ->
                delete(handle, "watcher_decisions WHERE person = ? AND watcher = ?", person, watcher);
            case PresenceWrite.ForgetPerson(String person) ->
                delete(handle, "subscriptions WHERE watcher = ? OR resource = ?", person, person)
                        + delete(handle, "publications WHERE person = ?", person)
                        + delete(handle, "contacts WHERE owner = ? OR address = ?", person, person)
                        + delete(handle, "watcher_decisions WHERE person = ? OR watcher = ?", person, person);
        };
    }

    private static int delete(Handle handle, String what, Object... bound) {
        return handle.execute("DELETE FROM " + what, bound);
    }

    private static int save(Handle handle, SavedSubscription saved) {
        return handle.createUpdate(SAVE_SUBSCRIPTION)
                .bind("id", saved.id())
                .bind("event", saved.event())
                .bind("eventId", saved.eventId())
                .bind("list", saved.list() ? 1 : 0)
                .bind("watcher", saved.watcher())
                .bind("resource", saved.resource())
                .bind("callId", saved.callId())
                .bind("local", saved.local())
                .bind("remote", saved.remote())
                .bind("target", saved.target())
                .bind("routes", String.join("\n", saved.routes()))
                .bind("party", saved.party())
                .bind("device", saved.device())
                .bind("credential", saved.credential())
                .bind("localSequence", saved.localSequence())
                .bind("remoteSequence", saved.remoteSequence())
                .bind("createdAt", saved.createdAt())
                .bind("savedAt", saved.savedAt())
                .bind("expiresAt", saved.expiresAt())
                .execute();
    }

    private static int save(Handle handle, Publication publication) {
        return handle.createUpdate(SAVE_PUBLICATION)
                .bind("id", publication.id())
                .bind("tag", publication.tag())
                .bind("person", publication.person())
                .bind("device", publication.device())
                .bind("party", publication.party())
                .bind("credential", publication.credential())
                .bind("body", publication.body())
                .bind("changedAt", publication.changedAt())
                .bind("refreshedAt", publication.refreshedAt())
                .bind("expiresAt", publication.expiresAt())
                .execute();
    }

    private static SavedSubscription subscription(ResultSet row, StatementContext context) throws SQLException {
        String routes = row.getString("routes");
        return new SavedSubscription(
                row.getString("id"),
                row.getString("event"),
                row.getString("event_id"),
                row.getInt("list") != 0,
                row.getString("watcher"),
                row.getString("resource"),
                row.getString("call_id"),
                row.getString("local"),
                row.getString("remote"),
                row.getString("target"),
                routes.isEmpty() ? List.of() : List.of(routes.split("\n")),
                row.getString("party"),
                row.getString("device"),
                row.getString("credential"),
                row.getLong("local_sequence"),
                row.getLong("remote_sequence"),
                row.getLong("created_at"),
                row.getLong("saved_at"),
                row.getLong("expires_at"));
    }

    private static Publication publication(ResultSet row, StatementContext context) throws SQLException {
        return new Publication(
                row.getString("id"),
                row.getString("tag"),
                row.getString("person"),
                row.getString("device"),
                row.getString("party"),
                row.getString("credential"),
                row.getBytes("body"),
                row.getLong("changed_at"),
                row.getLong("refreshed_at"),
                row.getLong("expires_at"));
    }

    private static WatcherDecision decision(ResultSet row, StatementContext context) throws SQLException {
        return new WatcherDecision(
                row.getString("person"),
                row.getString("watcher"),
                Decision.ofWord(row.getString("decision")),
                row.getLong("decided_at"));
    }
}
