/**
 * The stateful proxy core of RFC 3261 section 16: a router decides where a request goes, the core carries it there, forks,
 * and brings one final response back.
 */
@NullMarked
package org.edgeways.sip.proxy;

import org.jspecify.annotations.NullMarked;
