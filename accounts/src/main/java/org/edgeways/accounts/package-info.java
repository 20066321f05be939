/** People, their device passwords and their rights: durable, and in memory for those who may not wait. */
@NullMarked
package org.edgeways.accounts;

import org.jspecify.annotations.NullMarked;
