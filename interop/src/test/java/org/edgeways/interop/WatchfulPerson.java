package org.edgeways.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who signs in, subscribes to others or to their own contact list, and counts what they are told; when the
 * connection is lost they come again, as a device does: a little later, and later each time it does not succeed.
 */
final class WatchfulPerson {

    private static final int EXPIRES_SECONDS = 3_600;
    private static final int FIRST_PAUSE_MILLIS = 100;
    private static final int LONGEST_PAUSE_MILLIS = 5_000;
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Pattern OPEN = Pattern.compile("entity=\"(sip:[^\"]+)\"(?s:.*?)<basic>(open|closed)</basic>");

    private final Phones phones;
    private final SipUserAgentSettings settings;
    private final List<String> watched;
    private final boolean list;
    private final Random random;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private final List<String> faults = new ArrayList<>();
    private @Nullable Thread life;
    private volatile boolean watching;
    private volatile long watchingSince;
    private volatile long toldLast;
    private final AtomicInteger notifies = new AtomicInteger();

    private WatchfulPerson(Phones phones, Account account, List<String> watched, boolean list, long seed)
            throws IOException {
        this.phones = phones;
        this.settings = phones.settings(account, ANSWER);
        this.watched = List.copyOf(watched);
        this.list = list;
        this.random = new Random(seed);
    }

    /** Somebody who subscribes to each of these. */
    static WatchfulPerson of(Phones phones, Account account, List<String> watched, long seed) throws IOException {
        return new WatchfulPerson(phones, account, watched, false, seed);
    }

    /** Somebody who subscribes to their contact list. */
    static WatchfulPerson ofList(Phones phones, Account account, long seed) throws IOException {
        return new WatchfulPerson(phones, account, List.of(account.uri()), true, seed);
    }

    /** Signs in, and stays. */
    void come() {
        life = Thread.ofVirtual().name(settings.username()).start(this::live);
    }

    private void live() {
        int pause = FIRST_PAUSE_MILLIS;
        while (over.getCount() > 0) {
            try (SipUserAgent phone = phones.connect(settings)) {
                if (begin(phone)) {
                    pause = FIRST_PAUSE_MILLIS;
                    watchingSince = System.nanoTime();
                    watching = true;
                    stay(phone);
                }
            } catch (IOException e) {
                // refused, or the server is away
            }
            watching = false;
            try {
                over.await(pause + random.nextInt(pause), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    private boolean begin(SipUserAgent phone) throws IOException {
        if (phone.register(EXPIRES_SECONDS).status() != 200) {
            return false;
        }
        for (String one : watched) {
            SipMessage subscribe = phone.newRequest("SUBSCRIBE", one);
            subscribe.set(HeaderName.EVENT, "presence");
            subscribe.set(HeaderName.EXPIRES, Integer.toString(EXPIRES_SECONDS));
            if (list) {
                subscribe.set(HeaderName.SUPPORTED, "eventlist");
                subscribe.set(HeaderName.ACCEPT, "application/pidf+xml, application/rlmi+xml, multipart/related");
            }
            int status = phone.request(subscribe).status();
            if (status != 200) {
                fault("a SUBSCRIBE was answered with " + status);
                return false;
            }
        }
        return true;
    }

    private void stay(SipUserAgent phone) throws IOException {
        while (over.getCount() > 0 && phone.connection().isOpen()) {
            SipMessage notify = phone.take("NOTIFY", LOOK);
            if (notify != null) {
                phone.respond(notify, 200, "OK");
                told(notify);
            }
        }
    }

    private void told(SipMessage notify) {
        notifies.incrementAndGet();
        toldLast = System.nanoTime();
        Matcher told = OPEN.matcher(new String(notify.body(), StandardCharsets.UTF_8));
        while (told.find()) {
            if (told.group(2).equals("open")) {
                open.add(told.group(1));
            } else {
                open.remove(told.group(1));
            }
        }
    }

    private void fault(String what) {
        synchronized (faults) {
            faults.add(settings.username() + ": " + what);
        }
    }

    /** What was not as it should be. */
    List<String> faults() {
        synchronized (faults) {
            return List.copyOf(faults);
        }
    }

    /** Signed in, and every SUBSCRIBE was answered with 200. */
    boolean watches() {
        return watching;
    }

    /** Since when, nanoseconds of this process. */
    long watchesSince() {
        return watchingSince;
    }

    /** When the last NOTIFY came, nanoseconds of this process. */
    long lastTold() {
        return toldLast;
    }

    /** How many NOTIFYs have come. */
    int notifies() {
        return notifies.get();
    }

    /** Was told that this person is there. */
    boolean sees(String uri) {
        return open.contains(uri);
    }

    /** Counts from zero again, and knows nothing of others. */
    void forget() {
        notifies.set(0);
        open.clear();
    }

    /** Goes; {@link #awaitEnd} waits until they are gone. */
    void leave() {
        over.countDown();
    }

    void awaitEnd() throws InterruptedException {
        if (life != null) {
            life.join();
        }
    }
}
