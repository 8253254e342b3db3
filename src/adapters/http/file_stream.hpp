// Bodies that are read piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "adapters/http/conditions.hpp"
#include "adapters/http/response.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cutroom::http {

// A part of a file, read on the pool. The file is opened here, so that its lack is found before the answer
// has begun; deleted meanwhile, it can still be read. storage_failed.
boost::asio::awaitable<Result<std::unique_ptr<BodyStream>>> open_file_stream(boost::asio::thread_pool&,
                                                                             std::string path, ByteRange);

// A part of what is in memory already.
std::unique_ptr<BodyStream> bytes_stream(Bytes, ByteRange);

}  // namespace cutroom::http
