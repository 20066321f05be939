package org.edgeways.app.role;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.IoReason;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.net.PrivateFile;
import org.edgeways.settings.kind.EdgeNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an inside end dials its nodes. A node listens elsewhere only when it is started again, or not at all if its host cannot
 * do what the settings say: until then it is where it was, and is reached there, so that it can be given other settings. So
 * after a change of the leg itself the places of before are tried where the new one does not answer. They are kept in a file, so
 * that an inside that is started again in between finds its nodes. One thread at a time.
 */
final class InsideLegs {

    /** Most places of before that are remembered of a node. */
    static final int MOST_BEFORE = 3;

    private static final Logger LOG = LoggerFactory.getLogger(InsideLegs.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the node was last said to listen on, and where it is dialled, the newest first. */
    private record Known(List<String> addresses, int port, List<LinkAddress> dialled) {
        Known {
            addresses = List.copyOf(addresses);
            dialled = List.copyOf(dialled);
            if (dialled.isEmpty()) {
                throw new IllegalArgumentException("it is dialled somewhere");
            }
        }
    }

    private final Path file;
    private final Map<String, Known> known = new TreeMap<>();

    /** @param file where the places are kept; if there is none, none are known */
    InsideLegs(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            try {
                known.putAll(JSON.readValue(file.toFile(), new TypeReference<Map<String, Known>>() {}));
            } catch (JsonProcessingException e) {
                failed(e.getOriginalMessage());
            } catch (IOException e) {
                failed(IoReason.of(e));
            }
        }
    }

    private void failed(String reason) {
        LOG.warn(
                "event=inside-legs-not-kept code={} file={} reason=\"{}\": a node that does not listen yet where the settings say"
                        + " is not found after a start",
                AppErrorCode.DATA_UNUSABLE.code(),
                file,
                reason);
    }

    private void keep() {
        try {
            PrivateFile.write(file, JSON.writeValueAsBytes(known));
        } catch (IOException e) {
            failed(IoReason.of(e));
        }
    }

    /** Where these nodes are dialled now, at the first of the places if it answers; others than these are forgotten. */
    Map<String, List<LinkAddress>> dialled(Map<String, EdgeNode> nodes) {
        Map<String, Known> before = Map.copyOf(known);
        known.keySet().retainAll(nodes.keySet());
        Map<String, List<LinkAddress>> dialled = new HashMap<>();
        nodes.forEach((name, node) -> {
            Known now = next(known.get(name), node.insideLeg());
            known.put(name, now);
            dialled.put(name, now.dialled());
        });
        if (!known.equals(before)) {
            keep();
        }
        return dialled;
    }

    private static Known next(@Nullable Known before, EdgeNode.InsideLeg leg) {
        Set<LinkAddress> places =
                new LinkedHashSet<>(List.of(new LinkAddress(leg.dialledAddress(), leg.dialledPort())));
        if (before != null) {
            List<LinkAddress> old = before.dialled();
            places.addAll(listensElsewhere(before, leg) ? old : old.subList(1, old.size()));
        }
        List<LinkAddress> all = new ArrayList<>(places);
        return new Known(leg.addresses(), leg.port(), all.subList(0, Math.min(all.size(), 1 + MOST_BEFORE)));
    }

    /** Else only the way to it is another, from now on. */
    private static boolean listensElsewhere(Known before, EdgeNode.InsideLeg leg) {
        return before.port() != leg.port() || !before.addresses().equals(leg.addresses());
    }
}
