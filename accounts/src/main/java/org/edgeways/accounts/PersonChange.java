package org.edgeways.accounts;

import org.jspecify.annotations.Nullable;

/** What is to be different about a person; null leaves a thing as it is. */
public record PersonChange(
        @Nullable String displayName,
        @Nullable Boolean remoteAccess,
        @Nullable Boolean enabled) {}
