package org.edgeways.pool.relay;

import java.io.IOException;
import org.edgeways.base.Result;
import org.edgeways.tokens.RelayKey;

/** Where the keys of relay credentials are kept. Calls may block. */
public interface RelayKeys {

    /** Makes a key and keeps it; when this returns, it is kept. */
    RelayKey make() throws IOException;

    /** The key of that id, or why it cannot be had. */
    Result<RelayKey> read(int id);

    /** Keeps it no longer. */
    void delete(int id) throws IOException;
}
