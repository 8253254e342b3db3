// Bytes in, answers out: hiredis' parser, filling our own Reply in place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/redis_client/reply.hpp"
#include "base/error.hpp"

struct redisReader;  // NOLINT(readability-identifier-naming): hiredis' name.

namespace cutroom::redis_client {

class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);

  enum class Next : std::uint8_t { answer, needs_more, broken };
  // The next whole answer. An array with an error in it (EXEC's) is that error as a whole. After `broken`
  // (these bytes are no RESP) the reader is of no more use.
  Next next(Result<Reply>& answer);

 private:
  friend struct ReplyBuilder;

  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
  Reply reply_;
  std::optional<std::string> failed_;
};

}  // namespace cutroom::redis_client
