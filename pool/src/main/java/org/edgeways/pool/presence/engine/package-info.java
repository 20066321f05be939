/**
 * Event notification (RFC 6665) and presence (RFC 3856, 3903) without I/O: subscriptions, publications, consent, contact
 * lists. The pool's engine stands around it; see {@link org.edgeways.pool.presence.engine.PresenceEngine}.
 *
 * <p>Served are {@code presence}, alone and as a list of contacts (RFC 4662), {@code presence.winfo} (RFC 3857),
 * {@code reg} (RFC 3680) and {@code message-summary} (RFC 3842). Limits are in
 * {@link org.edgeways.pool.presence.engine.PresenceLimits}.
 *
 * <p>Where this departs from the specifications, and what it leaves out:
 * <ul>
 *   <li>A SUBSCRIBE that waits for a decision is answered 200, not 202, which RFC 6665 section 8.3.1 retired;
 *       Subscription-State says pending.
 *   <li>430, 480 and 5xx to a NOTIFY do not end a subscription (RFC 6665 section 4.2.2 would): the device has perhaps lost
 *       its connection only, and 430 drops its registration. It is told everything when it signs in again, and the
 *       subscription ends with its time.
 *   <li>After a restart the CSeq of NOTIFYs jumps by a thousand and more, because not every NOTIFY is written down.
 *   <li>A publication ends with its device's registration, also when its own time is not over; one that was sent with
 *       credentials alone ends with their device password or the right to be where it came from.
 *   <li>presence.winfo tells of a watcher who is gone as rejected, if that was decided, or else as timeout, whatever the
 *       reason (giveup for one who has waited); it shows a thousand watchers at most.
 *   <li>reg and message-summary are told whole each time; reg knows a device that is there, or none.
 *   <li>A list that is asked for once (Expires: 0) and does not fit into one NOTIFY is refused with 513; a subscription to
 *       it is told the rest in further NOTIFYs.
 *   <li>There are no filters (RFC 4660), no partial PIDF (RFC 5262), no conditional SUBSCRIBE (RFC 5839).
 * </ul>
 */
@NullMarked
package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.NullMarked;
