package org.edgeways.interop;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipExchange;

/**
 * Every message that was sent, what its sender was told, and every copy that came to a device: against it the promises
 * about messages are checked. Any thread.
 */
final class Ledger {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    /** The pool answers a message within 10 s. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    /**
     * A message that came to a device; times are nanoseconds of this process.
     *
     * @param after it came after that time
     * @param at when the device took it, and answered it if it did
     */
    private record Copy(SipMessage message, String session, long after, long at, boolean answered) {}

    /** A message and its fate. */
    static final class Entry {
        private final String sender;
        private final String recipient;
        private final SipMessage request;
        private final Instant sentAt = Instant.now();
        private final long sentNanos = System.nanoTime();
        private SipExchange exchange;
        private int status;
        private boolean inTime;
        private long answeredAt;
        private Instant answeredInstant = Instant.MAX;
        private boolean givenUp;
        private long givenUpAt;
        private final List<Copy> copies = new ArrayList<>();

        private Entry(String sender, String recipient, SipMessage request) {
            this.sender = sender;
            this.recipient = recipient;
            this.request = request;
        }

        private boolean acknowledged() {
            return status == 200 || status == 202;
        }
    }

    /** What a round amounted to. */
    record Sums(int sent, int acknowledged, int stored, int unknown, int refused, int copies, int duplicates) {
        @Override
        public String toString() {
            return sent + " sent, " + acknowledged + " acknowledged (" + stored + " of them with 202), " + unknown
                    + " without an answer, " + refused + " refused, " + copies + " delivered, " + duplicates
                    + " of them a second time";
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Integer> acknowledgedInARow = new LinkedHashMap<>();
    private final SecondCopies secondCopies = new SecondCopies();
    private final List<String> faults = new ArrayList<>();

    /** A message is about to be sent. */
    synchronized Entry sending(String sender, String recipient, SipMessage request) {
        Entry entry = new Entry(sender, recipient, request.copy());
        entries.put(request.callId(), entry);
        return entry;
    }

    synchronized void sent(Entry entry, SipExchange exchange) {
        entry.exchange = exchange;
    }

    /** The sender has its final response, in time. */
    synchronized void answered(Entry entry, int status) {
        entry.status = status;
        entry.inTime = true;
        entry.answeredAt = System.nanoTime();
        entry.answeredInstant = Instant.now();
        if (entry.acknowledged()) {
            acknowledgedInARow.merge(entry.sender, 1, Integer::sum);
        } else {
            unanswered(entry);
        }
    }

    /** Counts somebody's acknowledged messages from zero again. */
    synchronized void startANewRow(String sender) {
        acknowledgedInARow.remove(sender);
    }

    /** The sender has given up waiting, or was refused. */
    synchronized void unanswered(Entry entry) {
        acknowledgedInARow.remove(entry.sender);
        if (entry.status == 0) {
            entry.givenUp = true;
            entry.givenUpAt = System.nanoTime();
        }
    }

    /**
     * How many messages their senders have given up waiting for since that time of this process, and that have no late answer
     * either. What is under way is none of them yet.
     */
    synchronized int givenUpSince(long from) {
        takeLateAnswers();
        return (int) entries.values().stream()
                .filter(entry -> entry.givenUp && entry.status == 0 && entry.givenUpAt - from >= 0)
                .count();
    }

    /**
     * A message came to a device.
     *
     * @param after when the device last found that nothing had come, nanoseconds of this process
     */
    synchronized void delivered(String recipient, String session, SipMessage message, long after, boolean answered) {
        Entry entry = entries.get(message.callId());
        if (entry == null) {
            faults.add("nobody sent this: " + message.callId());
        } else if (!entry.recipient.equals(recipient)) {
            faults.add(name(entry) + " came to " + recipient);
        } else {
            entry.copies.add(new Copy(message, session, after, System.nanoTime(), answered));
        }
    }

    /** The pool has just now answered a request that a device sent at that time. */
    synchronized void proven(String session, long sent) {
        secondCopies.proven(session, sent, System.nanoTime());
    }

    /** A device's connection is over. */
    synchronized void sessionEnded(String session) {
        secondCopies.sessionEnded(session, System.nanoTime());
    }

    /** A process was killed. */
    synchronized void killed() {
        secondCopies.killed(System.nanoTime());
    }

    /**
     * How long each kill kept those from being served: until the first message was acknowledged that one of them had sent
     * since. Milliseconds, in the order of the kills; the last are missing if nobody has written since.
     */
    synchronized List<Long> backAfterKills(Set<String> senders) {
        List<Long> times = new ArrayList<>();
        for (long kill : secondCopies.kills()) {
            entries.values().stream()
                    .filter(entry -> senders.contains(entry.sender))
                    .filter(entry -> entry.acknowledged() && entry.sentNanos - kill > 0)
                    .mapToLong(entry -> entry.answeredAt - kill)
                    .min()
                    .ifPresent(nanos -> times.add(TimeUnit.NANOSECONDS.toMillis(nanos)));
        }
        return times;
    }

    /** The network was cut at that time of this process, and works again since now. */
    synchronized void disturbed(long from) {
        secondCopies.disturbed(from, System.nanoTime());
    }

    /** How many of somebody's last messages were acknowledged in time, one after the other. */
    synchronized int acknowledgedInARow(String sender) {
        return acknowledgedInARow.getOrDefault(sender, 0);
    }

    /** A copy of that message has been answered by a device. */
    synchronized boolean isDelivered(String callId) {
        Entry entry = entries.get(callId);
        return entry != null && entry.copies.stream().anyMatch(Copy::answered);
    }

    /** Acknowledged, and on no device yet. */
    synchronized List<String> missing() {
        takeLateAnswers();
        return entries.values().stream()
                .filter(Entry::acknowledged)
                .filter(entry -> entry.copies.stream().noneMatch(Copy::answered))
                .map(Ledger::name)
                .toList();
    }

    /** A message is still without an answer, and has not been for so long that none can come. */
    synchronized boolean undecided() {
        takeLateAnswers();
        Instant since = Instant.now().minus(ANSWER);
        return entries.values().stream().anyMatch(entry -> entry.status == 0 && entry.sentAt.isAfter(since));
    }

    private void takeLateAnswers() {
        for (Entry entry : entries.values()) {
            if (entry.status == 0 && entry.exchange != null) {
                entry.exchange.responses().stream()
                        .filter(response -> response.status() >= 200)
                        .findFirst()
                        .ifPresent(response -> entry.status = response.status());
            }
        }
    }

    synchronized Sums sums() {
        takeLateAnswers();
        List<Entry> all = List.copyOf(entries.values());
        return new Sums(
                all.size(),
                (int) all.stream().filter(Entry::acknowledged).count(),
                (int) all.stream().filter(entry -> entry.status == 202).count(),
                (int) all.stream().filter(entry -> entry.status == 0).count(),
                (int) all.stream().filter(entry -> entry.status >= 300).count(),
                all.stream().mapToInt(entry -> entry.copies.size()).sum(),
                all.stream()
                        .mapToInt(entry -> Math.max(0, entry.copies.size() - 1))
                        .sum());
    }

    /** Every promise that was not kept, in words. */
    synchronized List<String> faults() {
        List<String> found = new ArrayList<>(faults);
        missing().forEach(name -> found.add("acknowledged and lost: " + name));
        Map<String, Entry> last = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            wrongCopies(entry, found);
            wrongTime(entry, found);
            if (entry.acknowledged() && entry.inTime && !entry.copies.isEmpty()) {
                Entry before = last.put(entry.sender + " to " + entry.recipient, entry);
                if (before != null && firstCopy(before) > firstCopy(entry)) {
                    found.add("out of order: " + name(entry) + " before " + name(before));
                }
            }
        }
        return found;
    }

    private static long firstCopy(Entry entry) {
        return entry.copies.getFirst().at();
    }

    /** A second copy is right only if the answer to the one before may not have come to the pool in time. */
    private void wrongCopies(Entry entry, List<String> found) {
        for (int i = 0; i < entry.copies.size(); i++) {
            Copy copy = entry.copies.get(i);
            if (!copy.message().callId().equals(entry.request.callId())
                    || copy.message().cseq().number()
                            != entry.exchange.request().cseq().number()
                    || !copy.message().fromTag().equals(entry.request.fromTag())
                    || !java.util.Arrays.equals(copy.message().body(), entry.request.body())) {
                found.add("another message under the same name: " + name(entry));
            }
            if (i > 0) {
                Copy before = entry.copies.get(i - 1);
                if (!secondCopies.right(before.session(), before.after(), before.at(), before.answered())) {
                    found.add("delivered twice for no reason: " + name(entry) + ": "
                            + secondCopies.between(before.at(), copy.at()));
                }
            }
        }
    }

    /** A message that waited says when it was sent; one that says so itself keeps what it says. */
    private void wrongTime(Entry entry, List<String> found) {
        String own = entry.request.first(HeaderName.DATE);
        for (Copy copy : entry.copies) {
            String date = copy.message().first(HeaderName.DATE);
            if (own != null) {
                if (!own.equals(date)) {
                    found.add("its own time is lost: " + name(entry) + ", now " + date);
                }
            } else if (date == null) {
                boolean held = secondCopies.disturbedBetween(
                        entry.sentNanos, copy.at()); // it may have been under way all the time
                if (entry.status == 202 && entry.inTime && copy.at() - entry.answeredAt > 0 && !held) {
                    found.add("waited and does not say since when: " + name(entry));
                }
            } else {
                Instant said = DATE.parse(date, Instant::from);
                // whole seconds, by a clock that does not follow this one's corrections
                if (said.isBefore(entry.sentAt.minusMillis(1_500))
                        || !entry.answeredInstant.equals(Instant.MAX)
                                && said.isAfter(entry.answeredInstant.plusMillis(500))) {
                    found.add("another time than it was sent: " + name(entry) + ", now " + date);
                }
            }
        }
    }

    private static String name(Entry entry) {
        return entry.request.callId() + " of " + entry.sender + " to " + entry.recipient + " (" + entry.status
                + ", sent " + entry.sentAt + ", " + entry.copies.size() + " copies)";
    }
}
