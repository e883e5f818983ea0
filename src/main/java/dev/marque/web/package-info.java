/**
 * What every page and API call shares: rendering, failures, security headers, origin check, portal.
 */
@NullMarked
package dev.marque.web;

import org.jspecify.annotations.NullMarked;
