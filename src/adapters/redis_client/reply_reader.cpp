#include "adapters/redis_client/reply_reader.hpp"

#include <cstdlib>
#include <hiredis/read.h>
#include <new>
#include <utility>

#include "adapters/redis_client/reply_error.hpp"

namespace cutroom::redis_client {

// hiredis' object functions. What they return only has to be not null: an object is where its parent keeps
// it.
struct ReplyBuilder {
  static ReplyReader& reader(const redisReadTask* task) { return *static_cast<ReplyReader*>(task->privdata); }

  static Reply& place(const redisReadTask* task) {
    if (task->parent == nullptr) return reader(task).reply_;
    auto& parent = *static_cast<Reply*>(task->parent->obj);
    return std::get<std::vector<Reply>>(parent.value)[static_cast<std::size_t>(task->idx)];
  }

  static void* make_string(const redisReadTask* task, char* text, std::size_t size) {
    Reply& reply = place(task);
    if (task->type == REDIS_REPLY_ERROR) {
      auto& failed = reader(task).failed_;
      if (!failed) failed.emplace(text, size);
    } else {
      reply.value.emplace<std::string>(text, size);
    }
    return &reply;
  }
  // hiredis changed this parameter's type from 0.14 to 1.0; the right one is chosen where its address is
  // taken.
  static void* make_array(const redisReadTask* task, std::size_t size) {
    Reply& reply = place(task);
    reply.value.emplace<std::vector<Reply>>(size);
    return &reply;
  }
  static void* make_array(const redisReadTask* task, int size) {
    return make_array(task, static_cast<std::size_t>(size));
  }
  static void* make_integer(const redisReadTask* task, long long number) {
    Reply& reply = place(task);
    reply.value = std::int64_t{number};
    return &reply;
  }
  static void* make_nil(const redisReadTask* task) {
    Reply& reply = place(task);
    reply.value = std::monostate{};
    return &reply;
  }
  static void free(void*) {}

  static redisReplyObjectFunctions functions() {
    redisReplyObjectFunctions all{};
    all.createString = make_string;
    all.createArray = make_array;
    all.createInteger = make_integer;
    all.createNil = make_nil;
    all.freeObject = free;
    return all;
  }
};

namespace {

// hiredis gives its buffer back above this; below, it is used again.
constexpr std::size_t kKeptBytes = 1024 * 1024;

redisReader* make_reader() {
  static redisReplyObjectFunctions functions = ReplyBuilder::functions();
  redisReader* reader = redisReaderCreateWithFunctions(&functions);
  if (reader == nullptr) throw std::bad_alloc();
  reader->maxbuf = kKeptBytes;
  return reader;
}

}  // namespace

ReplyReader::ReplyReader() : reader_(make_reader(), redisReaderFree) { reader_->privdata = this; }

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  // A failure stays in the reader, and next() says it.
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

ReplyReader::Next ReplyReader::next(Result<Reply>& answer) {
  void* whole = nullptr;
  if (redisReaderGetReply(reader_.get(), &whole) != REDIS_OK) return Next::broken;
  if (whole == nullptr) return Next::needs_more;
  if (failed_) {
    answer = error_of_reply(std::move(*failed_));
    failed_.reset();
  } else {
    answer = std::move(reply_);
  }
  reply_.value = std::monostate{};
  return Next::answer;
}

}  // namespace cutroom::redis_client
