package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

/** What the firewall between perimeter and inside has kept out, in tests in which that must be nothing. */
final class InnerFirewall {

    private InnerFirewall() {}

    /** An attempt from the edge's host is stopped and counted; from here on nothing may be. */
    static void isClosed(Networks networks) {
        assertThat(Networks.reaches(networks.edge(), networks.pool().address(), Networks.SIP_TLS_PORT))
                .as("the perimeter reaches the inside")
                .isFalse();
        assertThat(networks.blocked()).as("an attempt is counted").isPositive();
        assertThat(networks.tried()).as("an attempt is counted").isPositive();
        networks.forgetBlocked();
    }

    /**
     * Since it {@link #isClosed}: for where the network is cut, after which packets may come that belong to no connection any
     * more.
     */
    static void wasNotTried(Networks networks) {
        assertThat(networks.tried())
                .as("connections that were tried from the perimeter to the inside")
                .isZero();
    }

    /** Since it {@link #isClosed}. */
    static void hasBlockedNothing(Networks networks) {
        wasNotTried(networks);
        assertThat(networks.blocked())
                .as("packets from the perimeter that the inner firewall has blocked")
                .isZero();
    }
}
