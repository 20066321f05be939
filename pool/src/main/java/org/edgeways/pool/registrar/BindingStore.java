package org.edgeways.pool.registrar;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.pool.engine.Binding;
import org.edgeways.store.Schema;
import org.edgeways.store.Store;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Registrations on disk: written through whenever a person's set of bindings changes, read once at the start.
 *
 * <p>Futures complete on threads of the store, where nobody may wait.
 */
public final class BindingStore {

    /** The tables. */
    public static final Schema SCHEMA = new Schema("pool_bindings", "org/edgeways/pool/registrar/schema");

    private final Store store;

    public BindingStore(Store store) {
        this.store = store;
    }

    /**
     * The bindings that end after {@code now}, of all people, each person's in the order of their making.
     *
     * @param now nanoseconds since 1970
     */
    public CompletableFuture<List<Binding>> load(long now) {
        return store.read(handle -> handle.createQuery(
                        "SELECT * FROM bindings WHERE expires_at > :now ORDER BY person, registered_at, id")
                .bind("now", now)
                .map(BindingStore::binding)
                .list());
    }

    /**
     * Makes {@code bindings} the whole set of the person's bindings.
     *
     * @return how many there are now
     */
    public CompletableFuture<Integer> replace(String person, List<Binding> bindings) {
        List<Binding> all = List.copyOf(bindings);
        for (Binding binding : all) {
            if (!binding.person().equals(person)) {
                throw new IllegalArgumentException("a binding of " + binding.person() + " among those of " + person);
            }
        }
        return store.write(handle -> {
            handle.createUpdate("DELETE FROM bindings WHERE person = :person")
                    .bind("person", person)
                    .execute();
            insert(handle, all);
            return all.size();
        });
    }

    /**
     * Forgets the bindings that have ended.
     *
     * @param now nanoseconds since 1970
     * @return how many there were
     */
    public CompletableFuture<Integer> removeExpired(long now) {
        return store.write(handle -> handle.createUpdate("DELETE FROM bindings WHERE expires_at <= :now")
                .bind("now", now)
                .execute());
    }

    private static void insert(Handle handle, List<Binding> bindings) {
        if (bindings.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("INSERT INTO bindings (id, person, contact, parameters, instance,"
                + " reg_id, priority, path, flow, call_id, sequence, device, user_agent, registered_at, expires_at)"
                + " VALUES (:id, :person, :contact, :parameters, :instance, :regId, :priority, :path, :flow, :callId,"
                + " :sequence, :device, :userAgent, :registeredAt, :expiresAt)");
        for (Binding binding : bindings) {
            batch.bind("id", binding.id())
                    .bind("person", binding.person())
                    .bind("contact", binding.contact())
                    .bind("parameters", binding.parameters())
                    .bind("instance", binding.instance())
                    .bind("regId", binding.regId())
                    .bind("priority", binding.priority())
                    .bind("path", String.join("\n", binding.path()))
                    .bind("flow", binding.flow())
                    .bind("callId", binding.callId())
                    .bind("sequence", binding.sequence())
                    .bind("device", binding.device())
                    .bind("userAgent", binding.userAgent())
                    .bind("registeredAt", binding.registeredAt())
                    .bind("expiresAt", binding.expiresAt())
                    .add();
        }
        batch.execute();
    }

    private static Binding binding(ResultSet row, StatementContext context) throws SQLException {
        String path = row.getString("path");
        return new Binding(
                row.getString("id"),
                row.getString("person"),
                row.getString("contact"),
                row.getString("parameters"),
                row.getString("instance"),
                row.getInt("reg_id"),
                row.getInt("priority"),
                path.isEmpty() ? List.of() : List.of(path.split("\n")),
                row.getString("flow"),
                row.getString("call_id"),
                row.getLong("sequence"),
                row.getString("device"),
                row.getString("user_agent"),
                row.getLong("registered_at"),
                row.getLong("expires_at"));
    }
}
