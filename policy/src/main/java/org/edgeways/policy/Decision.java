package org.edgeways.policy;

/**
 * Whether something is allowed, and why.
 *
 * @param allowed the decision
 * @param rule the rule that decided, for the administrator and the log: lower-case words joined by hyphens
 * @param reason for the person whose request it is: plain words, without any inside name; fit for a SIP reason phrase
 */
public record Decision(boolean allowed, String rule, String reason) {

    static Decision allow(String rule, String reason) {
        return new Decision(true, rule, reason);
    }

    static Decision refuse(String rule, String reason) {
        return new Decision(false, rule, reason);
    }
}
