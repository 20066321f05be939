package org.edgeways.sip.proxy;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a proxy core is set to.
 *
 * @param shard the number of its event loop, for {@link org.edgeways.sip.transaction.Branches}
 * @param proxyRequire option tags that may stand in Proxy-Require, default {@code ms-benotify}; others get 420
 * @param maxForwards what Max-Forwards starts with if a request has none, default 70
 * @param maxBreadth what Max-Breadth starts with if a request has none (RFC 5393), default 60
 * @param endsFlows true if a 430 ends here (RFC 5626 section 5.3) and goes on as 480: in the element that knows the
 *     bindings, default false
 */
public record ProxySettings(int shard, Set<String> proxyRequire, int maxForwards, int maxBreadth, boolean endsFlows) {

    /** Checks the ranges and lower-cases the tags. */
    public ProxySettings {
        if (shard < 0 || shard >= 36 * 36 * 36 * 36 || maxForwards < 1 || maxForwards > 255 || maxBreadth < 1) {
            throw new IllegalArgumentException("shard, Max-Forwards or Max-Breadth out of range");
        }
        proxyRequire =
                proxyRequire.stream().map(tag -> tag.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /** The defaults named above. */
    public static ProxySettings of(int shard) {
        return new ProxySettings(shard, Set.of("ms-benotify"), 70, 60, false);
    }

    /** The same for the element that knows the bindings. */
    public ProxySettings endingFlows() {
        return new ProxySettings(shard, proxyRequire, maxForwards, maxBreadth, true);
    }
}
