package org.edgeways.siptransport;

import java.io.IOException;

/** What a {@link SipUserAgent} waited for did not come in time. */
public final class SipTimeoutException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * Nothing came.
     *
     * @param message what was waited for, and how long
     */
    public SipTimeoutException(String message) {
        super(message);
    }
}
