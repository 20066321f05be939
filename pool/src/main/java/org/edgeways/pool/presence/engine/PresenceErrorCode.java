package org.edgeways.pool.presence.engine;

import org.edgeways.base.ErrorCode;

/** Why a subscription, a publication or a change of contacts is refused. The meaning is the reason phrase. */
public enum PresenceErrorCode implements ErrorCode {
    EVENT_UNKNOWN("pool-event-unknown", "Bad Event"),
    EXTENSION_REQUIRED("pool-event-extension-required", "Bad Extension"),
    EVENT_MISSING("pool-event-missing", "The Event header is missing"),
    SUBSCRIPTION_UNKNOWN("pool-subscription-unknown", "Subscription Does Not Exist"),
    SUBSCRIPTION_OF_ANOTHER("pool-subscription-of-another", "The subscription is somebody else's"),
    SUBSCRIPTION_OUT_OF_ORDER("pool-subscription-out-of-order", "A later SUBSCRIBE has been handled already"),
    SUBSCRIPTION_TOO_BRIEF("pool-subscription-too-brief", "Interval Too Brief"),
    SUBSCRIPTION_MALFORMED("pool-subscription-malformed", "The SUBSCRIBE cannot be understood"),
    SUBSCRIPTIONS_FULL("pool-subscriptions-full", "Too many subscriptions"),
    BODY_NOT_ACCEPTABLE("pool-body-not-acceptable", "Not Acceptable"),
    LIST_TOO_LONG("pool-list-too-long", "The contact list is too long to be asked for once, subscribe to it"),
    WATCHER_BLOCKED("pool-watcher-blocked", "The person does not show their presence to you"),
    EVENT_PRIVATE("pool-event-private", "People may watch this of themselves only"),
    PUBLICATION_OF_ANOTHER("pool-publication-of-another", "People publish their own presence only"),
    PUBLICATION_UNKNOWN("pool-publication-unknown", "Conditional Request Failed"),
    PUBLICATION_TOO_BRIEF("pool-publication-too-brief", "Interval Too Brief"),
    PUBLICATION_TOO_LARGE("pool-publication-too-large", "The presence document is too large"),
    PUBLICATION_TYPE("pool-publication-type", "Unsupported Media Type"),
    PUBLICATION_MALFORMED("pool-publication-malformed", "The presence document cannot be understood"),
    PRESENCE_NOT_STORED("pool-presence-not-stored", "The server cannot keep this at the moment"),
    CONTACT_UNKNOWN(
            "pool-contact-unknown", "there is no such contact; edgeways user contact list shows those there are"),
    CONTACT_FOREIGN(
            "pool-contact-foreign",
            "no other person of the organisation has that name; edgeways user list shows who there is"),
    CONTACT_DISABLED(
            "pool-contact-disabled",
            "this person is disabled; contacts and watchers are people who may sign in, so wait until they may again"),
    CONTACTS_FULL("pool-contacts-full", "the contact list is full; remove another contact first"),
    CONTACT_NAME_TOO_LONG("pool-contact-name-too-long", "the contact's name is too long; use at most 128 characters"),
    WATCHER_SELF("pool-watcher-self", "people always see their own presence; name another person as watcher"),
    WATCHER_UNKNOWN(
            "pool-watcher-unknown", "there is no such watcher; edgeways user watcher list shows those there are"),
    DECISIONS_FULL("pool-decisions-full", "too many watchers are decided about; forget some first");

    private final String code;
    private final String meaning;

    PresenceErrorCode(String code, String meaning) {
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
