package org.edgeways.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.edgeways.bench.load.LoadGenerator;
import org.edgeways.bench.load.Wire;

/** A proxy between callers outside and answerers inside, in a process of its own. */
public interface ProxyUnderTest extends AutoCloseable {

    /** What it is called in results. */
    String name();

    /** Connects the generator's answerers, or has them wait for the proxy's connections. */
    void join(LoadGenerator generator) throws IOException;

    /** Where callers connect to. */
    InetSocketAddress outside(Wire wire);

    /** Its process. */
    ProcessUse use();

    /** Gives back memory that it does not need, where there is a way to ask. */
    void collect() throws IOException;

    /** Stops it. */
    @Override
    void close();
}
