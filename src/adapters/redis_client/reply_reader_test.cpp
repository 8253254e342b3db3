#include "adapters/redis_client/reply_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/reply_error.hpp"

namespace cutroom::redis_client {
namespace {

using testing::ElementsAre;
using Next = ReplyReader::Next;

// Every answer in the bytes, as one text each.
std::string shown(const Result<Reply>& answer) {
  if (!answer) return "error " + answer.error().detail;
  if (answer->is_nil()) return "nil";
  if (const auto* number = std::get_if<std::int64_t>(&answer->value))
    return "integer " + std::to_string(*number);
  if (std::holds_alternative<std::string>(answer->value)) return "text " + answer->text();
  std::string all = "[";
  for (const Reply& element : answer->array()) all += shown(element) + ";";
  return all + "]";
}

std::vector<std::string> read_in_pieces(std::string_view bytes, std::size_t piece) {
  ReplyReader reader;
  std::vector<std::string> answers;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    Result<Reply> answer;
    while (reader.next(answer) == Next::answer) answers.push_back(shown(answer));
  }
  return answers;
}

constexpr std::string_view kEveryKind =
    "+OK\r\n"
    ":-7\r\n"
    "$5\r\na\r\nbc\r\n"
    "$0\r\n\r\n"
    "$-1\r\n"
    "*-1\r\n"
    "*0\r\n"
    "*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n+y\r\n"
    "-ERR no\r\n"
    "*3\r\n+a\r\n-WRONGTYPE bad\r\n+c\r\n"
    "+end\r\n";

TEST(ReplyReader, reads_every_kind_wherever_the_bytes_are_cut) {
  for (std::size_t piece = 1; piece <= kEveryKind.size(); ++piece)
    EXPECT_THAT(
        read_in_pieces(kEveryKind, piece),
        ElementsAre("text OK", "integer -7", "text a\r\nbc", "text ", "nil", "nil", "[]",
                    "[integer 1;[text x;nil;];text y;]", "error ERR no", "error WRONGTYPE bad", "text end"))
        << "in pieces of " << piece;
}

TEST(ReplyReader, reads_a_large_array_and_a_large_string) {
  std::string bytes = "*10000\r\n";
  for (int i = 0; i < 10'000; ++i) bytes += ":" + std::to_string(i) + "\r\n";
  bytes += "$3000000\r\n" + std::string(3'000'000, 'z') + "\r\n";
  ReplyReader reader;
  reader.feed(bytes);
  Result<Reply> answer;
  ASSERT_EQ(reader.next(answer), Next::answer);
  ASSERT_EQ(answer->array().size(), 10'000U);
  EXPECT_EQ(answer->array().back().integer(), 9999);
  ASSERT_EQ(reader.next(answer), Next::answer);
  EXPECT_EQ(answer->text(), std::string(3'000'000, 'z'));
  EXPECT_EQ(reader.next(answer), Next::needs_more);
}

TEST(ReplyReader, says_when_the_bytes_are_no_resp) {
  ReplyReader reader;
  reader.feed("HTTP/1.1 400 Bad Request\r\n");
  Result<Reply> answer;
  EXPECT_EQ(reader.next(answer), Next::broken);
}

TEST(Reply, gives_a_number_of_an_integer_or_a_decimal_string_only) {
  EXPECT_EQ(Reply{std::int64_t{-3}}.integer(), -3);
  EXPECT_EQ(Reply{std::string("42")}.integer(), 42);
  EXPECT_EQ(Reply{std::string("42a")}.integer(), 0);
  EXPECT_EQ(Reply{std::string("")}.integer(), 0);
  EXPECT_EQ(Reply{}.integer(), 0);
  EXPECT_EQ(Reply{std::int64_t{1}}.text(), "");
  EXPECT_TRUE(Reply{std::string("x")}.array().empty());
}

TEST(ReplyError, says_of_passing_states_that_the_server_is_unavailable) {
  for (const char* text :
       {"LOADING Redis is loading the dataset in memory",
        "READONLY You can't write against a read only replica.", "MASTERDOWN Link with MASTER is down",
        "CLUSTERDOWN The cluster is down", "TRYAGAIN Multiple keys request",
        "OOM command not allowed when used memory > 'maxmemory'.", "BUSY Redis is busy running a script.",
        "ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed"}) {
    const Error error = error_of_reply(text);
    EXPECT_EQ(error.code, Errc::unavailable) << text;
    EXPECT_EQ(error.detail, text);
    EXPECT_EQ(error.message, "") << "Redis' words are not for the client";
  }
  for (const char* text :
       {"ERR syntax error", "WRONGTYPE Operation against a key", "NOAUTH Authentication required.",
        "NOPERM this user has no permissions", "NOSCRIPT No matching script.", "OOMPH"})
    EXPECT_EQ(error_of_reply(text).code, Errc::storage_failed) << text;
}

}  // namespace
}  // namespace cutroom::redis_client
