package org.edgeways.pool.relay;

import org.edgeways.base.ErrorCode;

/** What can be wrong where relay credentials are made. */
public enum RelayErrorCode implements ErrorCode {
    /** A key's file cannot be opened. */
    KEY_UNUSABLE("relay-key-unusable", "a key of relay credentials cannot be opened; what it made is good no more"),
    /** There is no such person, or not one who may sign in with that device. */
    DEVICE_NOT_LIVE(
            "relay-device-not-live",
            "nobody may sign in with that device: there is none of that name, or the person is disabled; edgeways user list and edgeways user device list show it"),
    /** The time that was asked for is out of range. */
    LIFE_OUT_OF_RANGE("relay-life-out-of-range", "relay credentials are good for 1 minute to 180 days"),
    /** A user name of ours whose number means nobody any more. */
    NUMBER_UNKNOWN("relay-number-unknown", "nobody here has had these relay credentials for long; they are over"),
    /** No node is a relay. */
    NO_RELAY("relay-none", "no edge node has the role av; the settings say which node is what"),
    /** A request over HTTP for something that there is not. */
    REQUEST_NOT_SERVED("relay-request-not-served", "there is nothing of that name here"),
    /** A web page inside asks that the settings do not name. */
    PAGE_REFUSED(
            "relay-page-refused",
            "pages of this origin may not ask for relay credentials; inside.origins of the Pool names those that may"),
    /** A request over HTTP whose head is too long or cannot be read. */
    REQUEST_MALFORMED("relay-request-malformed", "the request cannot be read"),
    /** Something broke while a request was answered. */
    FAILED("relay-request-failed", "the request could not be answered; the log says why"),
    /** More numbers are withdrawn than relays can be told. */
    WITHDRAWN_TOO_MANY(
            "relay-withdrawn-too-many",
            "more relay credentials are withdrawn than relays can be told, so all keys are replaced: none made before are good");

    private final String code;
    private final String meaning;

    RelayErrorCode(String code, String meaning) {
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
