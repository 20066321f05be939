package org.edgeways.avedge;

import java.io.IOException;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.avedge.udp.LinuxSockets;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of the role, which hold whichever system calls its sockets make. */
@ParameterizedClass
@EnumSource(OnBothPaths.Sockets.class)
abstract class OnBothPaths {

    /** What sockets the check at the start comes to. */
    enum Sockets implements DatagramSockets.Maker {
        /** As where it finds that the best ones work; without Linux there are only the others. */
        BATCHED {
            @Override
            public DatagramSockets make() throws IOException {
                return LinuxSockets.gathering();
            }
        },
        /** As where it finds that they do not. */
        PLAIN {
            @Override
            public DatagramSockets make() {
                throw new UnsupportedOperationException("one call for each datagram");
            }
        }
    }

    @Parameter
    Sockets sockets;
}
