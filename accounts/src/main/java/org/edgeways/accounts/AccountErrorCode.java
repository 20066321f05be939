package org.edgeways.accounts;

import org.edgeways.base.ErrorCode;

/** Why a change of people is refused. */
public enum AccountErrorCode implements ErrorCode {
    PERSON_UNKNOWN("accounts-person-unknown", "there is no such person; `edgeways user list` shows who there is"),
    PERSON_EXISTS("accounts-person-exists", "that person exists already; change it with `edgeways user set`"),
    NAME_MALFORMED(
            "accounts-name-malformed",
            "a name has 1 to 64 letters a-z, digits, dots, hyphens and underscores, and starts with a letter or digit"),
    DOMAIN_FOREIGN("accounts-domain-foreign", "that is not a SIP domain of this organisation"),
    DISPLAY_NAME_MALFORMED(
            "accounts-display-name-malformed", "a display name has at most 128 characters, none of them a control"),
    LABEL_MALFORMED(
            "accounts-device-name-malformed",
            "a device's name has 1 to 64 characters, none of them a control, no blank at its ends"),
    LABEL_TAKEN(
            "accounts-device-exists",
            "the person has a device of that name; choose another name, or revoke that one first"),
    DEVICE_UNKNOWN(
            "accounts-device-unknown", "the person has no such device; `edgeways user list -o json` shows the devices"),
    DEVICE_REVOKED("accounts-device-revoked", "that device password is revoked already; nothing is left to do"),
    PASSWORD_MALFORMED(
            "accounts-password-malformed",
            "a password has 12 to 128 characters, none of them a control; leave it out and one is made"),
    PEOPLE_LIMIT("accounts-people-limit", "there are as many people as the limit allows; remove somebody first"),
    LISTENER_FAILED(
            "accounts-listener-failed", "a change was made, and a part of this program failed to take note of it"),
    DEVICES_LIMIT(
            "accounts-devices-limit", "the person has as many device passwords as the limit allows; revoke one first");

    private final String code;
    private final String meaning;

    AccountErrorCode(String code, String meaning) {
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
