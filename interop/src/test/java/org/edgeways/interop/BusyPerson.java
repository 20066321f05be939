package org.edgeways.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who signs in, sends messages to everybody and takes those of others, goes away (signing out, hanging up, or
 * falling silent first) and comes back; signs in anew whenever the connection is lost.
 */
final class BusyPerson implements AutoCloseable {

    /**
     * What somebody does all day; times in milliseconds.
     *
     * @param presence how long they are there before they go away, on average; 0: always
     * @param absence how long they are away, at most
     * @param shortestPause between two messages that they write
     * @param longestPause between two messages that they write
     * @param refresh how often they register again while they are there; 0: never
     */
    record Habits(int presence, int absence, int shortestPause, int longestPause, int refresh) {

        /** Somebody who writes dozens of messages a second. */
        static Habits hectic(int presence) {
            return new Habits(presence, presence, 5, 30, 0);
        }
    }

    /** Being signed in, on one connection. */
    private static final class Session {
        private final SipUserAgent phone;
        private final String name;
        /** When nothing had come that was not taken. */
        private long empty = System.nanoTime();

        private Session(SipUserAgent phone, String name) {
            this.phone = phone;
            this.name = name;
        }
    }

    private static final int EXPIRES_SECONDS = 600;
    private static final Duration SETTLING = Duration.ofSeconds(90);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final AtomicInteger SESSIONS = new AtomicInteger();

    private final String name;
    private final String domain;
    private final Phones phones;
    private final SipUserAgentSettings settings;
    private final Ledger ledger;
    private final List<String> everybody;
    private final Random random;
    private final Habits habits;

    private final CountDownLatch quiet = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread device;
    private final Thread writer;
    private final AtomicInteger signIns = new AtomicInteger();
    private volatile @Nullable Session here;
    private int written;

    BusyPerson(
            String name,
            Phones phones,
            SipUserAgentSettings settings,
            Ledger ledger,
            List<String> everybody,
            long seed,
            Habits habits) {
        this.name = name;
        this.domain =
                settings.addressOfRecord().substring(settings.addressOfRecord().indexOf('@') + 1);
        this.phones = phones;
        this.settings = settings;
        this.ledger = ledger;
        this.everybody = everybody;
        this.random = new Random(seed);
        this.habits = habits;
        Random writing = new Random(seed + 1);
        this.device = Thread.ofVirtual().name(name).start(this::comeAndGo);
        this.writer = Thread.ofVirtual().name(name + " writes").start(() -> write(writing));
    }

    // ---- as a device

    private void comeAndGo() {
        while (!pause(over, 0)) {
            String session = name + "#" + SESSIONS.incrementAndGet();
            try (SipUserAgent phone = phones.connect(settings)) {
                Session made = new Session(phone, session);
                if (phone.register(EXPIRES_SECONDS).status() == 200) {
                    here = made;
                    signIns.incrementAndGet();
                    bePresent(made);
                    here = null;
                    goAway(made);
                }
            } catch (IOException e) {
                // killed just now: try again
                here = null;
            }
            ledger.sessionEnded(session);
            boolean awhile = quiet.getCount() > 0 && habits.absence() > 0;
            pause(over, awhile ? 20 + random.nextInt(habits.absence()) : 50);
        }
    }

    private void bePresent(Session session) throws IOException {
        SipUserAgent phone = session.phone;
        long leaves = in(1 + random.nextInt(2 * Math.max(1, habits.presence())));
        long refreshes = in(habits.refresh());
        while (phone.connection().isOpen() && !pause(over, 0)) {
            takeNext(session, LOOK, true);
            if (habits.presence() > 0 && quiet.getCount() > 0 && System.nanoTime() - leaves > 0) {
                return;
            }
            if (habits.refresh() > 0 && System.nanoTime() - refreshes > 0) {
                long sent = System.nanoTime();
                if (phone.register(EXPIRES_SECONDS).status() != 200) {
                    return;
                }
                ledger.proven(session.name, sent);
                refreshes = in(habits.refresh());
            }
        }
    }

    private static long in(int millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Takes a message if one comes; whether one has. */
    private boolean takeNext(Session session, Duration patience, boolean answering) throws IOException {
        long began = System.nanoTime();
        SipMessage message = session.phone.take("MESSAGE", patience);
        if (message == null) {
            session.empty = began;
            return false;
        }
        ledger.delivered(name, session.name, message, session.empty, answering);
        if (answering) {
            session.phone.respond(message, 200, "OK");
        }
        return true;
    }

    private void goAway(Session session) throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> {
                session.phone.unregister();
                // what was on its way
                while (takeNext(session, LOOK, true)) {
                    // there may be more
                }
            }
            case 1 -> {
                // falls silent, then is gone
                pause(over, 100 + random.nextInt(400));
                while (takeNext(session, Duration.ZERO, false)) {
                    // there may be more
                }
            }
            default -> session.phone.close();
        }
    }

    // ---- as a sender

    private void write(Random writing) {
        while (!pause(quiet, writing.nextInt(habits.shortestPause(), habits.longestPause()))) {
            Session session = here;
            if (session != null) {
                writeOne(session, everybody.get(writing.nextInt(everybody.size())), writing.nextInt(4) == 0);
            }
        }
    }

    private void writeOne(Session session, String to, boolean dated) {
        SipUserAgent phone = session.phone;
        SipMessage message = phone.newRequest("MESSAGE", "sip:" + to + "@" + domain);
        if (dated) {
            message.set(HeaderName.DATE, "Sat, 13 Nov 2010 23:29:00 GMT");
        }
        message.setBody("message/cpim", cpim(to, ++written));
        Ledger.Entry entry = ledger.sending(name, to, message);
        try {
            long sent = System.nanoTime();
            SipExchange exchange = phone.start(message);
            ledger.sent(entry, exchange);
            int status = exchange.awaitFinal().status();
            ledger.answered(entry, status);
            if (status == 200 || status == 202) {
                ledger.proven(session.name, sent);
            }
        } catch (IOException e) {
            // no answer: the sender cannot know
            ledger.unanswered(entry);
            pause(quiet, 20);
        }
    }

    /** RFC 5438: the Message-ID stands in the body. */
    private byte[] cpim(String to, int number) {
        String text = "From: <sip:" + name + "@" + domain + ">\r\nTo: <sip:" + to + "@" + domain + ">\r\n"
                + "NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: " + name + number + "\r\n"
                + "imdn.Disposition-Notification: positive-delivery\r\n\r\n"
                + "Content-type: text/plain; charset=utf-8\r\n\r\n" + "Nachricht Nr. " + number + " – für " + to;
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Sends one more to oneself: when it comes, nothing that waited before it waits any more. */
    String writeToSelf() throws IOException {
        Session session = here;
        if (session == null) {
            throw new IOException(name + " is not signed in");
        }
        SipUserAgent phone = session.phone;
        SipMessage message = phone.newRequest("MESSAGE", "sip:" + name + "@" + domain);
        message.setBody("text/plain", "nothing more".getBytes(StandardCharsets.UTF_8));
        Ledger.Entry entry = ledger.sending(name, name, message);
        SipExchange exchange = phone.start(message);
        ledger.sent(entry, exchange);
        int status = exchange.awaitFinal().status();
        ledger.answered(entry, status);
        if (status >= 300) {
            throw new IOException(name + " cannot write: " + status);
        }
        return message.callId();
    }

    /** Writes nothing more, and stays signed in. */
    void beQuiet() throws InterruptedException {
        quiet.countDown();
        writer.join();
    }

    /** Waits until everything that was acknowledged has come to those people, and nothing waits for them any more. */
    static void drain(List<BusyPerson> people, Ledger ledger) {
        // one that is answered with 202 only now would else be missed
        Polling.until("every message has its answer, or gets none", SETTLING, () -> !ledger.undecided());
        for (BusyPerson person : people) {
            List<String> last = new ArrayList<>();
            Polling.until("somebody signs in again and can write to themselves", SETTLING, () -> {
                if (!person.isThere()) {
                    return false;
                }
                try {
                    return last.add(person.writeToSelf());
                } catch (IOException e) {
                    return false; // the link is not there yet
                }
            });
            Polling.until(
                    "the last message has come", SETTLING, () -> last.stream().allMatch(ledger::isDelivered));
        }
    }

    /** How often they have signed in so far. */
    int signIns() {
        return signIns.get();
    }

    boolean isThere() {
        Session session = here;
        return session != null && session.phone.connection().isOpen();
    }

    private static boolean pause(CountDownLatch until, int millis) {
        try {
            return until.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Stops, without waiting for the end. */
    void leave() {
        quiet.countDown();
        over.countDown();
    }

    @Override
    public void close() {
        leave();
        try {
            writer.join();
            device.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
