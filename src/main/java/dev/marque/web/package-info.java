/**
 * The HTTP layer that all pages and API calls share: rendering, error handling, security headers,
 * origin checks, uploads.
 */
@NullMarked
package dev.marque.web;

import org.jspecify.annotations.NullMarked;
