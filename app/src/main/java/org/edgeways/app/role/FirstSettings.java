package org.edgeways.app.role;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.BlockRandom;
import org.edgeways.base.Counters;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.net.port.ListenerSettings;
import org.edgeways.net.port.PortEvents;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;
import org.edgeways.node.Member;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.siptransport.TransportContext;

/** Waits on the inside leg of a node that has joined and was told nothing yet, until the inside has given it settings. */
final class FirstSettings {

    private FirstSettings() {}

    /** Blocks until they are on the disk. */
    static EdgeSnapshot await(
            NodeFiles files,
            Member member,
            Consumer<EdgeSnapshot> runnable,
            InetSocketAddress leg,
            EventLoops loops,
            ProcessClock clock,
            SecureRandom random,
            Counters counters) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            TransportContext transport = new TransportContext(loops, clock, counters, new BlockRandom(random));
            opened.push(transport);
            ServerTls tls = new TlsContexts(TlsProvider.best()).mutualServer(member.identity(), member.authority());
            NodePart node = new NodePart(files, member, null, runnable, tls, loops, clock, random, counters);
            opened.push(node);
            Admission admission = new Admission("inside-leg", AdmissionLimits.defaults(), BanCheck.NONE, counters);
            opened.push(SharedListener.open(
                    transport.port(),
                    new ListenerSettings("inside-leg", leg, admission),
                    new ProtocolTable(node.protocol()),
                    PortEvents.NONE));
            return node.first().get();
        } catch (IOException e) {
            throw RoleParts.notStarted("edge", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AppFailure(AppErrorCode.START_FAILED, "the edge was stopped while it waited for settings", "", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("settings are a value", e);
        } finally {
            RoleParts.closeAll(opened);
        }
    }
}
