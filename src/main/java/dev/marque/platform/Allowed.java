package dev.marque.platform;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The values that a setting accepts, as worded in the message that rejects any other value. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Allowed {

  String value();

  /** Whether the value must never be shown, not even in the message that rejects it. */
  boolean secret() default false;
}
