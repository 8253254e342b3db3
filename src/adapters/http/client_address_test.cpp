#include "adapters/http/client_address.hpp"

#include <gtest/gtest.h>

namespace cutroom::http {
namespace {

TrustedProxies proxies(std::vector<std::string> texts) {
  return std::move(TrustedProxies::parse(texts)).value();
}

TEST(ClientAddress, is_the_peers_own_where_no_proxy_is_trusted) {
  EXPECT_EQ(client_address("203.0.113.9", "198.51.100.1", {}), "203.0.113.9");
  EXPECT_EQ(client_address("203.0.113.9", "198.51.100.1", proxies({"10.0.0.0/8"})), "203.0.113.9");
}

TEST(ClientAddress, is_what_a_trusted_proxy_says) {
  EXPECT_EQ(client_address("10.0.0.1", "198.51.100.1", proxies({"10.0.0.0/8"})), "198.51.100.1");
  EXPECT_EQ(client_address("10.0.0.1", "", proxies({"10.0.0.0/8"})), "10.0.0.1");
}

TEST(ClientAddress, is_the_rightmost_that_is_no_trusted_proxy) {
  const TrustedProxies trusted = proxies({"10.0.0.0/8", "2001:db8::/32"});
  EXPECT_EQ(client_address("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.3.4", trusted), "198.51.100.1")
      << "1.1.1.1 is what the client itself wrote";
  EXPECT_EQ(client_address("10.0.0.1", "1.1.1.1,198.51.100.1,2001:db8::7", trusted), "198.51.100.1");
  EXPECT_EQ(client_address("10.0.0.1", "10.9.9.9, 10.8.8.8", trusted), "10.9.9.9")
      << "all are trusted: the first";
}

TEST(ClientAddress, stops_at_what_can_not_be_read) {
  const TrustedProxies trusted = proxies({"10.0.0.0/8"});
  EXPECT_EQ(client_address("10.0.0.1", "unknown", trusted), "10.0.0.1");
  EXPECT_EQ(client_address("10.0.0.1", "198.51.100.1, <script>, 10.0.0.2", trusted), "10.0.0.2");
  EXPECT_EQ(client_address("10.0.0.1", ",", trusted), "10.0.0.1");
}

TEST(ClientAddress, reads_ports_brackets_and_mapped_addresses) {
  const TrustedProxies trusted = proxies({"127.0.0.1", "::1"});
  EXPECT_EQ(client_address("127.0.0.1", "198.51.100.1:4711", trusted), "198.51.100.1");
  EXPECT_EQ(client_address("::1", "[2001:db8::1]:4711", trusted), "2001:db8::1");
  EXPECT_EQ(client_address("127.0.0.1", "2001:DB8:0::1", trusted), "2001:db8::1");
  EXPECT_EQ(client_address("127.0.0.1", "::ffff:198.51.100.1", trusted), "198.51.100.1");
}

TEST(TrustedProxies, names_what_it_can_not_read) {
  for (const char* wrong : {"example.com", "10.0.0.0/33", "::1/129", "10.0.0", "*", "10.0.0.0/"}) {
    const auto parsed = TrustedProxies::parse({"10.0.0.0/8", wrong});
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_NE(parsed.error().message.find(wrong), std::string::npos);
  }
}

TEST(Loopback, is_this_machine_alone) {
  for (const char* here :
       {"127.0.0.1", "127.8.9.1", "::1", "127.0.0.1:3001", "[::1]:3001", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(here)) << here;
  for (const char* other : {"128.0.0.1", "::2", "localhost.example", "", "127.0.0.1.example"})
    EXPECT_FALSE(is_loopback(other)) << other;
}

}  // namespace
}  // namespace cutroom::http
