/** Accounts: sign-up, sign-in, sessions and tokens, roles, administration; their routes and SQL. */
@NullMarked
package dev.marque.account;

import org.jspecify.annotations.NullMarked;
