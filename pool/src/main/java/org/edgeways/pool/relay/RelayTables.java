package org.edgeways.pool.relay;

import java.util.List;
import java.util.Optional;
import org.edgeways.pool.relay.engine.KeyTimes;
import org.edgeways.store.Schema;
import org.jdbi.v3.core.Handle;

/** Times of keys, and whom numbers mean, in the database. */
final class RelayTables {

    static final Schema SCHEMA = new Schema("pool_relay", "org/edgeways/pool/relay/schema");

    /**
     * Whom a number means.
     *
     * @param device whose device's; empty for the number of the person
     * @param goodUntil when the last credentials made with it end, in seconds since 1970
     * @param outside whether some were made while the person could sign in from outside
     */
    record Numbered(
            long number, String person, Optional<String> device, long goodUntil, boolean outside, boolean withdrawn) {
        Numbered withCredentials(long expiry, boolean nowOutside) {
            return new Numbered(number, person, device, Math.max(goodUntil, expiry), outside || nowOutside, withdrawn);
        }

        Numbered withdraw() {
            return new Numbered(number, person, device, goodUntil, outside, true);
        }
    }

    private RelayTables() {}

    static List<KeyTimes> keys(Handle handle) {
        return handle.createQuery("SELECT id, made_at, mints_from, good_until FROM relay_keys ORDER BY mints_from")
                .map((row, context) -> new KeyTimes(
                        row.getInt("id"), row.getLong("made_at"), row.getLong("mints_from"), row.getLong("good_until")))
                .list();
    }

    static void save(Handle handle, KeyTimes key) {
        handle.createUpdate("INSERT INTO relay_keys (id, made_at, mints_from, good_until)"
                        + " VALUES (:id, :made, :from, :until) ON CONFLICT (id) DO UPDATE SET"
                        + " mints_from = MIN(mints_from, excluded.mints_from),"
                        + " good_until = MAX(good_until, excluded.good_until)")
                .bind("id", key.id())
                .bind("made", key.madeAtMillis())
                .bind("from", key.mintsFrom())
                .bind("until", key.goodUntil())
                .execute();
    }

    static void forgetKey(Handle handle, int id) {
        handle.createUpdate("DELETE FROM relay_keys WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    static List<Numbered> numbers(Handle handle) {
        return handle.createQuery("SELECT number, person, device, good_until, outside, withdrawn FROM relay_numbers")
                .map((row, context) -> new Numbered(
                        row.getLong("number"),
                        row.getString("person"),
                        Optional.ofNullable(row.getString("device")),
                        row.getLong("good_until"),
                        row.getInt("outside") != 0,
                        row.getInt("withdrawn") != 0))
                .list();
    }

    static void save(Handle handle, Numbered number) {
        handle.createUpdate("INSERT INTO relay_numbers (number, person, device, good_until, outside, withdrawn)"
                        + " VALUES (:number, :person, :device, :until, :outside, :withdrawn) ON CONFLICT (number) DO UPDATE SET"
                        + " good_until = MAX(good_until, excluded.good_until),"
                        + " outside = MAX(outside, excluded.outside),"
                        + " withdrawn = MAX(withdrawn, excluded.withdrawn)")
                .bind("number", number.number())
                .bind("person", number.person())
                .bind("device", number.device().orElse(null))
                .bind("until", number.goodUntil())
                .bind("outside", number.outside() ? 1 : 0)
                .bind("withdrawn", number.withdrawn() ? 1 : 0)
                .execute();
    }

    static void forgetNumber(Handle handle, long number) {
        handle.createUpdate("DELETE FROM relay_numbers WHERE number = :number")
                .bind("number", number)
                .execute();
    }
}
