package dev.marque.platform;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Converters from a setting's text to its value. Each throws {@link IllegalArgumentException} for a
 * text that the setting's {@link Allowed} does not describe. They are public because the library
 * instantiates them.
 */
final class SettingConverters {

  private SettingConverters() {}

  private static int between(String text, int min, int max) {
    int number = Integer.parseInt(text.strip());
    if (number < min || number > max) {
      throw new IllegalArgumentException("Not between " + min + " and " + max + ": " + text);
    }
    return number;
  }

  public static final class Port implements Converter<Integer> {
    private static final long serialVersionUID = 1;

    public Port() {}

    @Override
    public Integer convert(String text) {
      return between(text, 0, 65_535);
    }
  }

  /** A port that other nodes have to know in advance, so 0 is not allowed. */
  public static final class FixedPort implements Converter<Integer> {
    private static final long serialVersionUID = 1;

    public FixedPort() {}

    @Override
    public Integer convert(String text) {
      return between(text, 1, 65_535);
    }
  }

  public static final class Positive implements Converter<Integer> {
    private static final long serialVersionUID = 1;

    public Positive() {}

    @Override
    public Integer convert(String text) {
      return between(text, 1, Integer.MAX_VALUE);
    }
  }

  public static final class NotNegative implements Converter<Integer> {
    private static final long serialVersionUID = 1;

    public NotNegative() {}

    @Override
    public Integer convert(String text) {
      return between(text, 0, Integer.MAX_VALUE);
    }
  }

  public static final class UpToThousand implements Converter<Integer> {
    private static final long serialVersionUID = 1;

    public UpToThousand() {}

    @Override
    public Integer convert(String text) {
      return between(text, 1, 1000);
    }
  }

  /** Unlike the library's own converter, rejects unknown words instead of reading them as false. */
  public static final class Switch implements Converter<Boolean> {
    private static final long serialVersionUID = 1;

    public Switch() {}

    @Override
    public Boolean convert(String text) {
      return switch (text.strip().toLowerCase(Locale.ROOT)) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("Neither true nor false: " + text);
      };
    }
  }

  public static final class PublicUrl implements Converter<URI> {
    private static final long serialVersionUID = 1;

    public PublicUrl() {}

    @Override
    public URI convert(String text) {
      URI url = httpUrl(text);
      String path = url.getRawPath().replaceAll("/+$", "");
      return URI.create(url.getScheme() + "://" + url.getRawAuthority() + path);
    }
  }

  public static final class Origin implements Converter<URI> {
    private static final long serialVersionUID = 1;

    public Origin() {}

    @Override
    public URI convert(String text) {
      URI origin = httpUrl(text);
      if (!origin.getRawPath().isEmpty()) {
        throw new IllegalArgumentException("An origin has no path: " + text);
      }
      return origin;
    }
  }

  private static URI httpUrl(String text) {
    URI url = URI.create(text.strip());
    boolean http = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    boolean more = url.getRawQuery() != null || url.getRawFragment() != null;
    if (!http || url.getHost() == null || url.getRawUserInfo() != null || more) {
      throw new IllegalArgumentException("Not the URL of a website: " + text);
    }
    return url;
  }

  /** A host name or an IPv4 address, with an optional port. */
  public static final class ClusterMember implements Converter<String> {
    private static final long serialVersionUID = 1;

    private static final Pattern MEMBER = Pattern.compile("([A-Za-z0-9_.-]+)(?::(\\d{1,5}))?");

    public ClusterMember() {}

    @Override
    public String convert(String text) {
      Matcher member = MEMBER.matcher(text.strip());
      if (!member.matches()) {
        throw new IllegalArgumentException("Not a host with an optional port: " + text);
      }
      if (member.group(2) != null) {
        between(member.group(2), 1, 65_535);
      }
      return member.group();
    }
  }

  /** An IPv4 or IPv6 address, with an optional prefix length. */
  public static final class AddressRange implements Converter<Cidr> {
    private static final long serialVersionUID = 1;

    public AddressRange() {}

    @Override
    public Cidr convert(String text) {
      return Cidr.parse(text.strip());
    }
  }
}
