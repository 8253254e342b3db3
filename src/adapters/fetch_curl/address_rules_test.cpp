#include "adapters/fetch_curl/address_rules.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

namespace cutroom::fetch_curl {
namespace {

IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(IpAddress{});
}

Judgement judge(std::string_view text) { return AddressRules().judge(address(text)); }

struct Refused {
  const char* address;
  const char* block;
  const char* form = "";
};

class RefusedAddress : public testing::TestWithParam<Refused> {};

TEST_P(RefusedAddress, is_refused_and_its_block_named) {
  const Judgement j = judge(GetParam().address);
  EXPECT_FALSE(j.allowed);
  EXPECT_FALSE(j.lifted);
  EXPECT_EQ(j.block, GetParam().block);
  EXPECT_EQ(j.form, GetParam().form);
  EXPECT_FALSE(j.kind.empty());
}

// First and last address of each block.
INSTANTIATE_TEST_SUITE_P(
    V4, RefusedAddress,
    testing::Values(Refused{"0.0.0.0", "0.0.0.0/8"}, Refused{"0.255.255.255", "0.0.0.0/8"},
                    Refused{"10.0.0.0", "10.0.0.0/8"}, Refused{"10.255.255.255", "10.0.0.0/8"},
                    Refused{"100.64.0.0", "100.64.0.0/10"}, Refused{"100.127.255.255", "100.64.0.0/10"},
                    Refused{"127.0.0.1", "127.0.0.0/8"}, Refused{"127.255.255.255", "127.0.0.0/8"},
                    Refused{"169.254.0.0", "169.254.0.0/16"}, Refused{"169.254.169.254", "169.254.0.0/16"},
                    Refused{"172.16.0.0", "172.16.0.0/12"}, Refused{"172.31.255.255", "172.16.0.0/12"},
                    Refused{"192.0.0.0", "192.0.0.0/24"}, Refused{"192.0.0.255", "192.0.0.0/24"},
                    Refused{"192.0.2.0", "192.0.2.0/24"}, Refused{"192.0.2.255", "192.0.2.0/24"},
                    Refused{"192.88.99.0", "192.88.99.0/24"}, Refused{"192.88.99.255", "192.88.99.0/24"},
                    Refused{"192.168.0.0", "192.168.0.0/16"}, Refused{"192.168.255.255", "192.168.0.0/16"},
                    Refused{"198.18.0.0", "198.18.0.0/15"}, Refused{"198.19.255.255", "198.18.0.0/15"},
                    Refused{"198.51.100.0", "198.51.100.0/24"}, Refused{"198.51.100.255", "198.51.100.0/24"},
                    Refused{"203.0.113.0", "203.0.113.0/24"}, Refused{"203.0.113.255", "203.0.113.0/24"},
                    Refused{"224.0.0.0", "224.0.0.0/4"}, Refused{"239.255.255.255", "224.0.0.0/4"},
                    Refused{"240.0.0.0", "240.0.0.0/4"}, Refused{"255.255.255.254", "240.0.0.0/4"},
                    Refused{"255.255.255.255", "255.255.255.255/32"}));

INSTANTIATE_TEST_SUITE_P(
    V6, RefusedAddress,
    testing::Values(Refused{"::", "::/128"}, Refused{"::1", "::1/128"}, Refused{"fc00::", "fc00::/7"},
                    Refused{"fdff:ffff::1", "fc00::/7"}, Refused{"fe80::1", "fe80::/10"},
                    Refused{"febf::1", "fe80::/10"}, Refused{"fec0::1", "fec0::/10"},
                    Refused{"feff::1", "fec0::/10"}, Refused{"ff02::1", "ff00::/8"},
                    Refused{"2001:db8::1", "2001:db8::/32"}, Refused{"2001:db8:ffff::1", "2001:db8::/32"},
                    Refused{"100::1", "100::/64"}, Refused{"3fff::1", "3fff::/20"},
                    Refused{"2001:2::1", "2001:2::/48"}, Refused{"4000::1", "outside 2000::/3"},
                    Refused{"1fff::1", "outside 2000::/3"}, Refused{"100:0:0:1::1", "outside 2000::/3"}));

INSTANTIATE_TEST_SUITE_P(
    WrappedV4, RefusedAddress,
    testing::Values(Refused{"::ffff:127.0.0.1", "127.0.0.0/8"}, Refused{"::ffff:a00:1", "10.0.0.0/8"},
                    Refused{"::127.0.0.1", "127.0.0.0/8", "IPv4-compatible"},
                    Refused{"::2", "0.0.0.0/8", "IPv4-compatible"},
                    Refused{"::ffff:0:10.0.0.1", "10.0.0.0/8", "IPv4-translated"},
                    Refused{"2002:7f00:1::", "127.0.0.0/8", "6to4"},
                    Refused{"2002:c0a8:101::1", "192.168.0.0/16", "6to4"},
                    Refused{"64:ff9b::169.254.169.254", "169.254.0.0/16", "NAT64"},
                    Refused{"64:ff9b:1::10.1.2.3", "10.0.0.0/8", "local NAT64"},
                    Refused{"64:ff9b:1:a00:0:100::", "outside 2000::/3"},
                    // The client's address has its bits flipped: 80ff:fffe is 127.0.0.1.
                    Refused{"2001:0:4136:e378:8000:63bf:80ff:fffe", "127.0.0.0/8", "Teredo"},
                    Refused{"2001:0:4136:e378:8000:63bf:f5ff:fffe", "10.0.0.0/8", "Teredo"},
                    Refused{"2606:4700::5efe:10.0.0.1", "10.0.0.0/8", "ISATAP"},
                    Refused{"2606:4700::200:5efe:127.0.0.1", "127.0.0.0/8", "ISATAP"},
                    // Two wrappings at once: 6to4 of a public address, ISATAP of a private one.
                    Refused{"2002:808:808::5efe:192.168.0.1", "192.168.0.0/16", "ISATAP"}));

class AllowedAddress : public testing::TestWithParam<const char*> {};

TEST_P(AllowedAddress, is_allowed_without_being_lifted) {
  const Judgement j = judge(GetParam());
  EXPECT_TRUE(j.allowed) << j.block;
  EXPECT_FALSE(j.lifted);
}

// The neighbours of the blocks, and public addresses in wrappings.
INSTANTIATE_TEST_SUITE_P(Public, AllowedAddress,
                         testing::Values("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255",
                                         "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
                                         "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
                                         "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255",
                                         "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255",
                                         "203.0.114.0", "223.255.255.255", "2606:4700::1111", "2001:4860::1",
                                         "3ffe::1", "::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::8.8.8.8",
                                         "64:ff9b:1::8.8.8.8", "2001:0:4136:e378:8000:63bf:f7f7:f7f7",
                                         "2606:4700::5efe:8.8.8.8"));

TEST(AddressRules, lift_the_block_for_exactly_what_the_allow_list_names) {
  const AddressRules rules({parse_cidr("127.0.0.1/32").value(), parse_cidr("fd00:1::/32").value()});
  EXPECT_TRUE(rules.judge(address("127.0.0.1")).lifted);
  EXPECT_TRUE(rules.judge(address("::ffff:127.0.0.1")).lifted);
  EXPECT_TRUE(rules.judge(address("fd00:1::5")).lifted);
  EXPECT_FALSE(rules.judge(address("127.0.0.2")).allowed);
  EXPECT_FALSE(rules.judge(address("::1")).allowed);
  EXPECT_FALSE(rules.judge(address("fd00:2::5")).allowed);
  EXPECT_FALSE(rules.judge(address("2002:7f00:1::")).allowed);
  EXPECT_FALSE(rules.judge(address("::127.0.0.1")).allowed);
  EXPECT_TRUE(rules.judge(address("8.8.8.8")).allowed);
  EXPECT_FALSE(rules.judge(address("8.8.8.8")).lifted);
}

TEST(IpAddress, is_read_from_a_socket_address) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  inet_pton(AF_INET, "10.1.2.3", &v4.sin_addr);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "::ffff:10.1.2.3", &v6.sin6_addr);
  sockaddr unix_socket{};
  unix_socket.sa_family = AF_UNIX;
  EXPECT_EQ(IpAddress::from(reinterpret_cast<const sockaddr*>(&v4), sizeof v4)->text(), "10.1.2.3");
  EXPECT_EQ(IpAddress::from(reinterpret_cast<const sockaddr*>(&v6), sizeof v6)->text(), "10.1.2.3");
  EXPECT_FALSE(IpAddress::from(&unix_socket, sizeof unix_socket));
  EXPECT_FALSE(IpAddress::from(reinterpret_cast<const sockaddr*>(&v6), sizeof v4));
}

TEST(ParseCidr, takes_blocks_and_bare_addresses) {
  EXPECT_EQ(parse_cidr("10.0.0.0/8").value(), (Cidr{address("10.0.0.0"), 8}));
  EXPECT_EQ(parse_cidr("127.0.0.1").value(), (Cidr{address("127.0.0.1"), 32}));
  EXPECT_EQ(parse_cidr("::1").value(), (Cidr{address("::1"), 128}));
  EXPECT_EQ(parse_cidr("0.0.0.0/0").value(), (Cidr{address("0.0.0.0"), 0}));
  EXPECT_EQ(parse_cidr("::ffff:127.0.0.1/128").value(), (Cidr{address("127.0.0.1"), 32}));
}

TEST(ParseCidr, says_what_is_wrong) {
  const auto message = [](std::string_view text) { return parse_cidr(text).error().message; };
  EXPECT_EQ(message("localhost/32"), "\"localhost/32\" does not begin with an IPv4 or IPv6 address");
  EXPECT_EQ(message(""), "\"\" does not begin with an IPv4 or IPv6 address");
  EXPECT_EQ(message("127.1/32"), "\"127.1/32\" does not begin with an IPv4 or IPv6 address");
  EXPECT_EQ(message("10.0.0.0/"), "\"10.0.0.0/\" has no number after the slash");
  EXPECT_EQ(message("10.0.0.0/8x"), "\"10.0.0.0/8x\" has no number after the slash");
  EXPECT_EQ(message("10.0.0.0/33"), "\"10.0.0.0/33\" has a prefix that is not 0 to 32 bits long");
  EXPECT_EQ(message("10.0.0.0/-1"), "\"10.0.0.0/-1\" has a prefix that is not 0 to 32 bits long");
  EXPECT_EQ(message("::/129"), "\"::/129\" has a prefix that is not 0 to 128 bits long");
  EXPECT_EQ(message("10.0.0.1/8"),
            "\"10.0.0.1/8\" has bits set behind its prefix: it is not the beginning of a block");
  EXPECT_FALSE(parse_cidr("::ffff:0:0/80"));
}

}  // namespace
}  // namespace cutroom::fetch_curl
