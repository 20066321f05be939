package org.edgeways.app.role;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.edgeways.base.Result;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/** What runs on a node that has joined, or waits to, as its settings see it. */
interface NodeRoles {

    /**
     * Puts settings into effect without dropping a connection, but for the keys that are taken only at a start: for those it
     * is looked whether a start could.
     *
     * @return why not; then nothing has changed
     */
    Result<Boolean> use(EdgeSnapshot next);

    /** From now on a relay takes credentials by these checks only, whatever becomes of the settings that they came with. */
    default void check(EdgeSnapshot.Relay relay) {}

    /**
     * From now on takes no server's certificate with one of these serial numbers.
     *
     * @throws SSLException if what is in use cannot be taken anew
     */
    default void refuse(Set<BigInteger> serials) throws SSLException {}

    /** What the relay does; empty if there is none. */
    default Optional<ControlMessage.Relaying> relaying() {
        return Optional.empty();
    }

    /** The certificates that clients are shown. */
    List<ControlMessage.Shown> shown();

    /** Why the settings that the node has are not in effect at the moment. */
    Optional<String> problem();
}
