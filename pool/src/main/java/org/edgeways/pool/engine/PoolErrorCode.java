package org.edgeways.pool.engine;

import org.edgeways.base.ErrorCode;

/** Why the pool refuses. The meaning is the reason phrase that the person's device shows. */
public enum PoolErrorCode implements ErrorCode {
    CREDENTIALS_MISSING("pool-credentials-missing", "Sign in first"),
    CREDENTIALS_STALE("pool-credentials-stale", "Sign in again"),
    CREDENTIALS_WRONG("pool-credentials-wrong", "Name or password is wrong"),
    CREDENTIALS_MALFORMED("pool-credentials-malformed", "The credentials cannot be understood"),
    CREDENTIALS_TOO_MANY("pool-credentials-too-many", "Too many credentials in one request"),
    CREDENTIALS_OF_ANOTHER("pool-credentials-of-another", "You are signed in as somebody else"),
    REGISTER_FOR_ANOTHER("pool-register-for-another", "Nobody is signed in by somebody else"),
    REMOTE_ACCESS_DENIED(
            "pool-remote-access-denied",
            "Your account may not sign in from outside the organisation; ask your administrator for remote access"),
    FLOW_UNNAMED("pool-flow-unnamed", "The edge node did not say which connection this came on"),
    NODE_OUT("pool-node-out", "The edge node is not in use any more; sign in through another one"),
    SENDER_FOREIGN("pool-sender-foreign", "Senders of other organisations are not accepted"),
    PERSON_UNKNOWN("pool-person-unknown", "There is nobody of that name here"),
    DOMAIN_FOREIGN("pool-domain-foreign", "Other organisations cannot be reached from here"),
    NOBODY_SIGNED_IN("pool-nobody-signed-in", "The person is not signed in on any device"),
    GRUU_NOT_SIGNED_IN("pool-gruu-not-signed-in", "The person is not signed in on that device"),
    DEVICE_GONE("pool-device-gone", "The device of this dialog is not signed in any more"),
    URI_UNSUPPORTED("pool-uri-unsupported", "Only sip: and sips: addresses are served"),
    CONTACT_MALFORMED("pool-contact-malformed", "The Contact header cannot be understood"),
    CONTACTS_TOO_MANY("pool-contacts-too-many", "Too many contacts in one REGISTER"),
    CONTACT_TOO_LONG("pool-contact-too-long", "The Contact or Path header is too long"),
    CONTACT_IS_GRUU("pool-contact-is-gruu", "A device cannot sign in with the address that the registrar gave it"),
    EXPIRY_TOO_BRIEF("pool-expiry-too-brief", "The registration is too short"),
    REGISTER_OUT_OF_ORDER("pool-register-out-of-order", "A later REGISTER of this device has been handled already"),
    OUTBOUND_NOT_SUPPORTED("pool-outbound-not-supported", "First Hop Lacks Outbound Support"),
    EXTENSION_REQUIRED("pool-extension-required", "Bad Extension"),
    EVENT_UNSUPPORTED("pool-event-unsupported", "Bad Event"),
    EVENT_OF_DEVICE("pool-event-of-device", "This is asked of a person, not of a device"),
    STORE_FAILED("pool-store-failed", "The server cannot keep this at the moment"),
    MESSAGES_FULL("pool-messages-full", "Too many messages wait for this person"),
    DEVICE_CHALLENGES("pool-device-challenges", "The device asks for a password, which is not passed on"),
    NOTIFICATION_NOT_STORED("pool-notification-not-stored", "The person is away; typing is not kept for later");

    private final String code;
    private final String meaning;

    PoolErrorCode(String code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
