package org.edgeways.sip.useragent;

import java.util.List;
import java.util.Set;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.jspecify.annotations.Nullable;

/**
 * Who a user agent is and how it behaves.
 *
 * @param addressOfRecord who it is, such as {@code sip:alice@acorn.example}
 * @param username for digest authentication
 * @param password for digest authentication
 * @param contact where requests for it go, without parameters of its own but {@code transport}
 * @param via what its Via entries say, without branch
 * @param instance its {@code +sip.instance} as a URN without brackets, or null for none
 * @param registrationId its {@code reg-id} (RFC 5626 section 4.2), 1 or more; 0 for a plain binding without outbound
 * @param expiresSeconds how long a registration is asked for
 * @param routes preloaded Route values of requests outside dialogs, each in angle brackets, topmost first
 * @param product what User-Agent and Server say
 * @param extensions option tags it supports beside {@code path} and {@code outbound}
 * @param messagesRemembered how many received messages it remembers to drop repetitions, default 1,000
 */
public record UserAgentSettings(
        SipUri addressOfRecord,
        String username,
        String password,
        SipUri contact,
        Via via,
        @Nullable String instance,
        int registrationId,
        int expiresSeconds,
        List<String> routes,
        String product,
        Set<String> extensions,
        int messagesRemembered) {

    /** Copies the collections. */
    public UserAgentSettings {
        routes = List.copyOf(routes);
        extensions = Set.copyOf(extensions);
        if (registrationId > 0 && instance == null) {
            throw new IllegalArgumentException("a reg-id needs an instance");
        }
    }

    /** A user agent with outbound and an hour's registration. */
    public static UserAgentSettings of(
            SipUri addressOfRecord, String username, String password, SipUri contact, Via via, String instance) {
        return new UserAgentSettings(
                addressOfRecord,
                username,
                password,
                contact,
                via,
                instance,
                1,
                3_600,
                List.of(),
                "Edgeways user agent",
                Set.of(),
                1_000);
    }

    /** The same with another time of registration. */
    public UserAgentSettings withExpires(int seconds) {
        return new UserAgentSettings(
                addressOfRecord,
                username,
                password,
                contact,
                via,
                instance,
                registrationId,
                seconds,
                routes,
                product,
                extensions,
                messagesRemembered);
    }

    /** The same with preloaded routes. */
    public UserAgentSettings withRoutes(List<String> preloaded) {
        return new UserAgentSettings(
                addressOfRecord,
                username,
                password,
                contact,
                via,
                instance,
                registrationId,
                expiresSeconds,
                preloaded,
                product,
                extensions,
                messagesRemembered);
    }

    /** The same without outbound: a plain binding, still with the instance. */
    public UserAgentSettings withoutOutbound() {
        return new UserAgentSettings(
                addressOfRecord,
                username,
                password,
                contact,
                via,
                instance,
                0,
                expiresSeconds,
                routes,
                product,
                extensions,
                messagesRemembered);
    }
}
