package org.edgeways.pool.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.Target;
import org.jspecify.annotations.Nullable;

/**
 * The INVITEs that ring, by the people who call and who are called: what an account does not allow any more stops ringing.
 * There are no more of them than server transactions.
 */
final class OpenCalls {

    private record Call(Sender sender, Set<String> people) {}

    private final Answers answers;
    private final Map<ProxyRequest, Call> calls = new HashMap<>();
    private final Map<String, Set<ProxyRequest>> ofPerson = new HashMap<>();

    OpenCalls(Answers answers, Counters counters) {
        this.answers = answers;
        counters.gauge("pool_calls_ringing", calls::size);
    }

    /** An INVITE of that sender goes to a target. */
    void rings(ProxyRequest request, Sender sender, Target target) {
        Call call = calls.computeIfAbsent(request, r -> new Call(sender, new LinkedHashSet<>()));
        add(sender.address(), request, call);
        if (target.label() instanceof DeviceTarget device) {
            add(device.binding().person(), request, call);
        }
    }

    private void add(String person, ProxyRequest request, Call call) {
        if (call.people().add(person)) {
            ofPerson.computeIfAbsent(person, p -> new LinkedHashSet<>()).add(request);
        }
    }

    /** It is over; also for what has never rung. */
    void over(ProxyRequest request) {
        Call call = calls.remove(request);
        if (call == null) {
            return;
        }
        for (String person : call.people()) {
            Set<ProxyRequest> open = ofPerson.get(person);
            if (open != null && open.remove(request) && open.isEmpty()) {
                ofPerson.remove(person);
            }
        }
    }

    /**
     * The person's account is now that one: a call from where they may not be ends with 403, and devices that may not be
     * any more stop ringing.
     *
     * @param account null if the person may not sign in at all
     */
    void accountChanged(String person, People.@Nullable Account account, ProxyCore core, long now) {
        for (ProxyRequest request : List.copyOf(ofPerson.getOrDefault(person, Set.of()))) {
            Call call = calls.get(request);
            if (call == null) {
                continue;
            }
            if (call.sender().address().equals(person) && !allows(account, call.sender())) {
                Refusal refusal = Refusal.of(
                        403, PoolErrorCode.REMOTE_ACCESS_DENIED, "the account of " + person + " was changed");
                core.respond(request, answers.refusal(request, refusal), now);
            } else {
                core.withdraw(request, target -> isBarred(target, person, account), now);
            }
        }
    }

    private static boolean isBarred(Target target, String person, People.@Nullable Account account) {
        return target.label() instanceof DeviceTarget device
                && device.binding().person().equals(person)
                && !Registrations.allows(account, device.binding());
    }

    private static boolean allows(People.@Nullable Account account, Sender sender) {
        if (sender.binding() != null) {
            return Registrations.allows(account, sender.binding());
        }
        return account != null
                && SenderRule.mayUse(account, sender.flow())
                && account.devices().stream().anyMatch(device -> device.id().equals(sender.credential()));
    }
}
