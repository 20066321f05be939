package org.edgeways.node;

import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/** What runs on the node, seen from its end of control. Called on the agent's thread. */
public interface NodeHost {

    /**
     * Puts settings into effect, all or nothing, without dropping a connection; what needs a restart waits for it.
     *
     * @return keys that are in effect only after a restart, beside those of which the settings say so; or why the settings
     *     cannot be used here
     */
    Result<List<String>> apply(EdgeSnapshot next);

    /** Shows another certificate from the next connection on, or says why it cannot. */
    Result<Boolean> use(TlsIdentity next);

    /** The certificates that clients outside are shown. */
    List<ControlMessage.Shown> shown();
}
