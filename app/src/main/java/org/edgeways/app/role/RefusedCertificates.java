package org.edgeways.app.role;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.IoReason;
import org.edgeways.net.PrivateFile;
import org.edgeways.settings.control.ControlMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which certificates the pool has said are refused, and when it spoke last. Kept in a file, so that a connector that is started
 * again refuses them before it dials.
 *
 * <p>A word adds to what is refused and takes nothing away: the authority takes no refusal back, so what it has signed once stays
 * true. Neither the order in which words come, nor an old one that a node says again, nor a clock that was wrong, the pool's or
 * this one, lets a certificate be trusted again. Times only tell how long the pool has not been heard.
 *
 * <p>One thread at a time; {@link #heard} on any.
 */
final class RefusedCertificates {

    /** Most that are remembered; past it those that no word has named for longest are forgotten, whose certificates have ended long ago. */
    static final int MOST = 4 * ControlMessage.RefusedSerials.MOST;

    /** How far a word may be ahead of this clock to count as heard: further, one of the two clocks is wrong. */
    static final Duration AHEAD = Duration.ofMinutes(5);

    private static final int HEXADECIMAL = 16;
    private static final Logger LOG = LoggerFactory.getLogger(RefusedCertificates.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the file holds: when the pool spoke last, negative if it never did, and serial numbers in hexadecimal digits. */
    private record Kept(long heardMillis, List<String> serials) {
        Kept {
            serials = List.copyOf(serials);
        }
    }

    private final Path file;
    private final Set<BigInteger> serials = new LinkedHashSet<>();
    private volatile @Nullable Instant heard;
    private boolean changed;

    /**
     * What the file says.
     *
     * @param file if there is none, nothing has been heard yet
     */
    RefusedCertificates(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            try {
                @Nullable Kept kept = JSON.readValue(file.toFile(), Kept.class);
                if (kept == null) {
                    failed("it holds nothing"); // the word null is JSON, too
                    return;
                }
                kept.serials().forEach(serial -> serials.add(new BigInteger(serial, HEXADECIMAL)));
                heard = kept.heardMillis() < 0 ? null : Instant.ofEpochMilli(kept.heardMillis());
            } catch (JsonProcessingException e) {
                failed(e.getOriginalMessage());
            } catch (IOException e) {
                failed(IoReason.of(e));
            } catch (NumberFormatException e) {
                failed("a serial number is no number");
            }
        }
    }

    private void failed(String reason) {
        LOG.error(
                "event=connector-refusals-not-kept code={} file={} reason=\"{}\": which certificates are refused is known after a"
                        + " start only when the pool says it again",
                AppErrorCode.DATA_UNUSABLE.code(),
                file,
                reason);
    }

    /** Their serial numbers. */
    Set<BigInteger> serials() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(serials));
    }

    /** When the pool spoke last, by its own clock; empty if it never did. */
    Optional<Instant> heard() {
        return Optional.ofNullable(heard);
    }

    /** Those, with what that word adds. */
    Set<BigInteger> with(ControlMessage.RefusedSerials word) {
        LinkedHashSet<BigInteger> all = new LinkedHashSet<>(serials);
        // what it names is what is refused now: that is not what is forgotten
        word.serials().stream()
                .map(serial -> new BigInteger(serial, HEXADECIMAL))
                .forEach(all::addLast);
        while (all.size() > MOST) {
            all.remove(all.iterator().next());
        }
        return Collections.unmodifiableSet(all);
    }

    /**
     * Takes a word that the authority has signed.
     *
     * @return false if it does not count as heard, since it is further ahead of this clock than {@link #AHEAD}
     */
    boolean take(ControlMessage.RefusedSerials word, Instant now) {
        Set<BigInteger> all = with(word);
        if (!all.equals(serials)) {
            serials.clear();
            serials.addAll(all);
            changed = true;
        }
        Instant at = Instant.ofEpochMilli(word.atMillis());
        if (at.isAfter(now.plus(AHEAD))) {
            return false;
        }
        Instant before = heard;
        // one that this clock has not come to, although it counted once, is from before the clock was set back
        if (before == null || at.isAfter(before) || before.isAfter(now.plus(AHEAD))) {
            heard = at;
            changed = true;
        }
        return true;
    }

    /** Writes to the disk what is not there yet; what fails is done at the next call. */
    void keep() {
        if (!changed) {
            return;
        }
        Instant last = heard;
        Kept kept = new Kept(
                last == null ? -1 : last.toEpochMilli(),
                serials.stream().map(serial -> serial.toString(HEXADECIMAL)).toList());
        try {
            PrivateFile.write(file, JSON.writeValueAsBytes(kept));
            changed = false;
        } catch (IOException e) {
            failed(IoReason.of(e));
        }
    }
}
