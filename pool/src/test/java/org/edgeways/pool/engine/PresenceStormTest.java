package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.junit.jupiter.api.Test;

/**
 * Everybody signs in at once. The NOTIFYs are counted, in virtual time; how long it took in real time is printed, not
 * asserted.
 */
class PresenceStormTest {

    private static final int PEOPLE = Integer.getInteger("presence.people", 5_000);
    private static final int CONTACTS = 4;

    private final PoolWorld world = new PoolWorld();
    private final List<Device> devices = new ArrayList<>();

    private static String address(int number) {
        return "sip:person" + number % PEOPLE + "@acorn.example";
    }

    private void people() {
        for (int i = 0; i < PEOPLE; i++) {
            world.account("person" + i, "", true);
            Device device = world.inside("person" + i);
            devices.add(device);
            world.byFlow.put(device.origin.flow(), device);
        }
    }

    private void connectsAnew(Device device) {
        world.byFlow.remove(device.origin.flow());
        device.origin = Origin.connection(new Flow(world.nextFlow++));
        world.byFlow.put(device.origin.flow(), device);
    }

    private void everybodySignsIn() {
        for (Device device : devices) {
            assertThat(device.sendSigned(device.register(3600)).status()).isEqualTo(200);
            device.inbox.clear();
        }
    }

    private void watches(int number) {
        for (int contact = 1; contact <= CONTACTS; contact++) {
            Watcher watcher = new Watcher(devices.get(number), address(number + contact * 37));
            assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
        }
    }

    private void forgetInboxes() {
        devices.forEach(device -> device.inbox.clear());
    }

    private long notifies() {
        return world.counters.value("pool_notifies", "event", "presence");
    }

    private void report(String what, long before, long started) {
        System.out.printf(
                "%s: %,d NOTIFYs, %,d bytes of bodies in all, %,d ms%n",
                what,
                notifies() - before,
                world.counters.value("pool_notify_body_bytes", "event", "presence"),
                (System.nanoTime() - started) / 1_000_000);
    }

    @Test
    void everySubscriptionIsToldOnceAnIntervalHoweverManySignInAndGoAndCome() {
        people();
        long started = System.nanoTime();
        long before = notifies();
        // subscriptions of devices that sign in one after the other, in the same moment
        for (int i = 0; i < PEOPLE; i++) {
            Device device = devices.get(i);
            assertThat(device.sendSigned(device.register(3600)).status()).isEqualTo(200);
            watches(i);
        }
        forgetInboxes();
        long subscriptions = (long) PEOPLE * CONTACTS;
        assertThat(notifies() - before)
                .as("each is told once at once, nothing more within the interval")
                .isEqualTo(subscriptions);
        world.advance(60);
        forgetInboxes();
        assertThat(notifies() - before)
                .as("those that were told of somebody who was not there yet are told once more")
                .isBetween(subscriptions, 2 * subscriptions);
        report(PEOPLE + " people with 4 watchers each sign in at once", before, started);

        long again = notifies();
        long startedAgain = System.nanoTime();
        everybodySignsIn();
        world.advance(60);
        assertThat(notifies() - again).as("refreshed, nothing is new").isZero();
        for (Device device : devices) {
            world.engine.flowClosed(device.origin.flow(), world.now);
            connectsAnew(device);
        }
        world.settle();
        everybodySignsIn();
        world.advance(60);
        assertThat(notifies() - again)
                .as("everybody goes and comes in the same moment: once that they went, once that they came")
                .isLessThanOrEqualTo(2 * subscriptions);
        report("all connections break and everybody signs in again", again, startedAgain);
    }

    @Test
    void withContactListsOneNotifyTellsOfManyPeople() {
        people();
        for (int i = 0; i < PEOPLE; i++) {
            for (int contact = 1; contact <= CONTACTS; contact++) {
                world.engine
                        .presence()
                        .addContact(new Contact(address(i), address(i + contact * 37), ""), refusal -> {});
            }
        }
        world.settle();
        long started = System.nanoTime();
        long before = notifies();
        for (int i = 0; i < PEOPLE; i++) {
            Device device = devices.get(i);
            assertThat(device.sendSigned(device.register(3600)).status()).isEqualTo(200);
            assertThat(new Watcher(device, address(i)).list().subscribe(3600).status())
                    .isEqualTo(200);
        }
        forgetInboxes();
        assertThat(notifies() - before).isEqualTo(PEOPLE);
        world.advance(60);
        assertThat(notifies() - before)
                .as("one more for all who came within the interval")
                .isBetween((long) PEOPLE, 2L * PEOPLE);
        report(PEOPLE + " people with 4 contacts on a list each sign in at once", before, started);
    }

    @Test
    void afterARestartEverySubscriptionIsToldOnceAndNotAllInOneSecond() {
        people();
        everybodySignsIn();
        for (int i = 0; i < PEOPLE; i++) {
            watches(i);
        }
        world.advance(30);
        forgetInboxes();
        long started = System.nanoTime();
        long before = notifies();
        world.restart();
        for (int i = 0; i < PEOPLE; i++) {
            Device device = devices.get(i);
            connectsAnew(device);
            assertThat(device.sendSigned(device.register(3600)).status()).isEqualTo(200);
            if (i % 500 == 499) {
                world.advance(1);
            }
        }
        forgetInboxes();
        long most = 0;
        for (int second = 0; second < 180; second++) {
            long told = notifies();
            world.advance(1);
            most = Math.max(most, notifies() - told);
        }
        assertThat(notifies() - before).isEqualTo((long) PEOPLE * CONTACTS);
        assertThat(most).as("in the worst second").isLessThan(1_000);
        report("the pool restarts and everybody inside comes back, at most " + most + " a second", before, started);
    }
}
