package org.edgeways.node;

import java.util.List;
import java.util.Optional;
import org.edgeways.base.Result;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/** What runs on the node, seen from its end of control. Called on the agent's thread. */
public interface NodeHost {

    /**
     * Puts settings into effect, all or nothing, without dropping a connection; those keys of which the settings say that
     * they need a restart wait for it.
     *
     * @return why the settings cannot be used here, if so
     */
    Result<Boolean> apply(EdgeSnapshot next);

    /** Shows another certificate from the next connection on, or says why it cannot. */
    Result<Boolean> use(TlsIdentity next);

    /** Why the settings that were taken are not in effect at the moment; empty if they are. */
    Optional<String> problem();

    /** What the relay does; empty if there is none. */
    default Optional<ControlMessage.Relaying> relaying() {
        return Optional.empty();
    }

    /** The certificates that clients outside are shown. */
    List<ControlMessage.Shown> shown();
}
