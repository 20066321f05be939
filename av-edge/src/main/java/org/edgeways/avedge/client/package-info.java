/**
 * A client of relays: what checks and tests ask a running A/V Edge with, as {@code SipUserAgent} is for SIP. No part of the role
 * uses it.
 */
@NullMarked
package org.edgeways.avedge.client;

import org.jspecify.annotations.NullMarked;
